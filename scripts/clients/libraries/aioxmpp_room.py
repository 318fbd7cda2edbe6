# A device on python3-aioxmpp, which knows nothing of Minimix: joins rooms and tells what it sees, one JSON object a line; does what it
# is told on standard input, one JSON object a line. The words are those of slixmpp-room.py.
import asyncio
import json
import ssl
import sys

import aioxmpp
import aioxmpp.bookmarks
import aioxmpp.carbons
import aioxmpp.dispatcher
import aioxmpp.muc

settings = json.loads(sys.stdin.readline())


def tell(**what):
    print(json.dumps(what), flush=True)


def trusting():
    import OpenSSL
    context = aioxmpp.security_layer.default_ssl_context()
    context.load_verify_locations(settings['ca'])
    return context


class Device:
    def __init__(self):
        security = aioxmpp.make_security_layer(settings['password'])._replace(ssl_context_factory=trusting)
        connector = aioxmpp.connector.STARTTLSConnector()
        self.client = aioxmpp.PresenceManagedClient(
            aioxmpp.JID.fromstr(f"{settings['jid']}/aioxmpp"), security,
            override_peer=[(settings['host'], int(settings['port']), connector)],
        )
        self.muc = self.client.summon(aioxmpp.MUCClient)
        self.carbons = self.client.summon(aioxmpp.CarbonsClient)
        self.marks = self.client.summon(aioxmpp.BookmarkClient)
        self.rooms = {}
        dispatcher = self.client.summon(aioxmpp.dispatcher.SimpleMessageDispatcher)
        dispatcher.register_callback(aioxmpp.MessageType.CHAT, None, self.chat)
        self.client.on_stream_established.connect(lambda: asyncio.ensure_future(self.online()))
        self.client.on_failure.connect(lambda error: tell(event='refused', text=str(error)))

    def chat(self, message):
        if message.body:
            tell(event='private', sender=str(message.from_), body=message.body.any())
        for carbon in (message.xep0280_received, message.xep0280_sent):
            if carbon is not None and carbon.stanza.body:
                tell(event='private', sender=str(carbon.stanza.from_), body=carbon.stanza.body.any())

    async def online(self):
        await self.carbons.enable()
        tell(event='online', jid=str(self.client.local_jid))

    async def bookmarks(self):
        for one in await self.marks.get_bookmarks():
            if isinstance(one, aioxmpp.bookmarks.Conference) and one.autojoin:
                self.join(one.jid, one.nick)

    async def enter(self, room, nick):
        while room in self.rooms:  # it has not heard yet that it is out
            await asyncio.sleep(0.1)
        self.join(aioxmpp.JID.fromstr(room), nick)

    def join(self, jid, nick):
        room, _ = self.muc.join(jid, nick, history=aioxmpp.muc.xso.History(maxstanzas=20))
        self.rooms[str(jid)] = room
        room.on_message.connect(self.said)
        room.on_exit.connect(lambda **_: self.rooms.pop(str(jid), None) and None)

    def said(self, message, member, source, **_):
        if message.body:
            tell(event='said', room=str(message.from_.bare()), body=message.body.any())

    def obey(self, order):
        verb = order['verb']
        room = self.rooms.get(order.get('room'))
        if verb == 'join':
            asyncio.ensure_future(self.enter(order['room'], order['nick']))
        elif verb == 'bookmarks':
            asyncio.ensure_future(self.bookmarks())
        elif verb == 'say':
            message = aioxmpp.Message(type_=aioxmpp.MessageType.GROUPCHAT)
            message.body[None] = order['body']
            room.send_message(message)
        elif verb == 'nick':
            asyncio.ensure_future(room.set_nick(order['nick']))
        elif verb == 'leave':
            asyncio.ensure_future(room.leave())
        elif verb == 'private':
            message = aioxmpp.Message(type_=aioxmpp.MessageType.CHAT, to=aioxmpp.JID.fromstr(order['to']))
            message.body[None] = order['body']
            self.client.enqueue(message)


async def main():
    device = Device()
    device.client.presence = aioxmpp.PresenceState(True)
    reader = asyncio.StreamReader()
    await asyncio.get_event_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        order = json.loads(line)
        if order['verb'] == 'quit':
            break
        device.obey(order)
    device.client.stop()
    await asyncio.sleep(0.5)


asyncio.get_event_loop().run_until_complete(main())
