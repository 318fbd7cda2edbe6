# A device on python3-slixmpp, which knows nothing of Minimix: joins rooms and tells what it sees, one JSON object a
# line; does what it is told on standard input, one JSON object a line.
import asyncio
import json
import pathlib
import sys

import slixmpp

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / 'support' / 'clients'))
from slixmpp_connect import connect  # noqa: E402 (the folder must be known first)

settings = json.loads(sys.stdin.readline())


def tell(**what):
    print(json.dumps(what), flush=True)


class Device(slixmpp.ClientXMPP):
    def __init__(self):
        super().__init__(f"{settings['jid']}/slix", settings['password'])
        self.ca_certs = settings['ca']
        for plugin in ('xep_0045', 'xep_0198', 'xep_0199', 'xep_0030'):
            self.register_plugin(plugin)
        self.add_event_handler('session_start', self.started)
        self.add_event_handler('failed_all_auth', lambda _: tell(event='refused'))
        self.add_event_handler('groupchat_message', self.said)
        self.add_event_handler('groupchat_subject', lambda m: tell(event='subject', room=m['from'].bare, text=m['subject']))
        self.add_event_handler('message', self.message)
        self.add_event_handler('groupchat_presence', self.presence)
        self.add_event_handler('disconnected', lambda _: tell(event='disconnected'))
        if settings.get('carbons'):
            for plugin in ('xep_0280', 'xep_0048'):
                self.register_plugin(plugin)
            for kind in ('carbon_received', 'carbon_sent'):
                self.add_event_handler(kind, lambda m, kind=kind: self.message(m[kind]))

    async def started(self, _):
        if settings.get('carbons'):
            self['xep_0280'].enable()
        self.send_presence()
        await self.get_roster()
        sasl = self['feature_mechanisms']
        binds = sasl.sasl_callback({'channel_binding'}, set())['channel_binding'] is not None  # newer ones cannot over TLS 1.3
        tell(event='online', jid=str(self.boundjid), mechanism=str(sasl.mech.name), binds=binds)

    def said(self, m):
        delayed = m.xml.find('{urn:xmpp:delay}delay') is not None
        tell(event='said', room=m['from'].bare, nick=m['from'].resource, body=m['body'], id=m['id'], delayed=delayed)

    def message(self, m):
        if m['type'] in ('chat', 'normal'):
            tell(event='private', sender=str(m['from']), body=m['body'])

    def presence(self, p):
        codes = sorted(s.get('code') for s in p.xml.iter('{http://jabber.org/protocol/muc#user}status'))
        tell(event='presence', room=p['from'].bare, nick=p['from'].resource, type=p['type'], codes=codes)

    async def bookmarks(self):
        answer = await self['xep_0048'].get_bookmarks(method='xep_0049')
        for one in answer['private']['bookmarks']['conferences']:
            if one['autojoin']:
                self['xep_0045'].join_muc(one['jid'], one['nick'], maxhistory='20')

    def obey(self, order):
        muc = self['xep_0045']
        verb, room = order['verb'], order.get('room')
        if verb == 'join':
            muc.join_muc(room, order['nick'], maxhistory=str(order.get('history', 20)))
        elif verb == 'say':
            self.send_message(mto=room, mbody=order['body'], mtype='groupchat')
        elif verb == 'private':
            self.send_message(mto=order['to'], mbody=order['body'], mtype='chat')
        elif verb == 'nick':
            self.send_presence(pto=f"{room}/{order['nick']}")
        elif verb == 'leave':
            muc.leave_muc(room, order['nick'])
        elif verb == 'bookmarks':
            asyncio.ensure_future(self.bookmarks())
        elif verb == 'quit':
            self.disconnect()


async def main():
    device = Device()
    connect(device, settings['host'], settings['port'])
    reader = asyncio.StreamReader()
    await asyncio.get_event_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        device.obey(json.loads(line))


asyncio.get_event_loop().run_until_complete(main())
