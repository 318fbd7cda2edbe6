"""One account of slixmpp's, driven by a test: python3 slixmpp_device.py TASK, parameters as JSON on standard input."""
import asyncio
import json
import sys

import slixmpp

from slixmpp_connect import connect

CARBONS = '{urn:xmpp:carbons:2}'
FORWARD = '{urn:xmpp:forward:0}'


class Client(slixmpp.ClientXMPP):
    def __init__(self, wish):
        super().__init__(wish['jid'], wish['password'])
        self.ca_certs = wish['ca']
        for plugin in ('xep_0030', 'xep_0004', 'xep_0050', 'xep_0115', 'xep_0199', 'xep_0280', 'xep_0297'):
            self.register_plugin(plugin)
        self['xep_0030'].add_identity(category='client', itype='bot', name='slixmpp')
        self.started = asyncio.Event()
        self.add_event_handler('session_start', self.on_start)

    async def on_start(self, _):
        self.send_presence()
        await self.get_roster()
        self.started.set()


def out(value):
    print(json.dumps(value), flush=True)


async def commands(client, wish):
    daemon, room = wish['daemon'], wish['room']
    plugin = client['xep_0050']
    items = await plugin.get_commands(jid=daemon)
    nodes = [item[1] for item in items['disco_items']['items']]
    notes = {}

    async def run(node, **values):
        answer = await plugin.send_command(daemon, node, action='execute')
        if answer['command']['status'] == 'executing':
            form = client['xep_0004'].make_form(ftype='submit')
            for name, value in values.items():
                form.add_field(var=name, value=value)
            session = answer['command']['sessionid']
            answer = await plugin.send_command(daemon, node, action='complete', payload=form, sessionid=session)
        notes[node] = answer['command']['notes'][0][1]

    for node, values in wish['runs']:
        await run(node, **values)
    order = {name: at for at, name in enumerate(wish['order'])}
    out({'nodes': sorted(nodes, key=lambda name: order.get(name, 99)), 'notes': notes})
    await client.disconnect()


class Listener:
    """Prints each relayed groupchat: the wrapper's id and the body; what comes before `begin` is printed then."""
    def __init__(self, client):
        self.early = []
        client.add_filter('in', self.hear)

    def hear(self, stanza):
        if isinstance(stanza, slixmpp.Message):
            inner = stanza.xml.find(f'{CARBONS}received/{FORWARD}forwarded/{{jabber:client}}message')
            body = None if inner is None else inner.find('{jabber:client}body')
            if body is not None and inner.get('type') == 'groupchat':
                value = {'id': stanza.xml.get('id'), 'body': body.text}
                out(value) if self.early is None else self.early.append(value)
        return stanza

    def begin(self, jid):
        out({'online': str(jid)})
        early, self.early = self.early, None
        for value in early:
            out(value)


async def listen(client, wish):
    """Ends with standard input."""
    client.listener.begin(client.boundjid)
    await asyncio.get_event_loop().run_in_executor(None, sys.stdin.read)
    await client.disconnect()


async def main():
    wish = json.loads(sys.stdin.readline())
    client = Client(wish)
    client.listener = Listener(client)  # before its presence, with which the first may come
    connect(client, wish['host'], wish['port'])
    await client.started.wait()
    await {'commands': commands, 'listen': listen}[sys.argv[1]](client, wish)


asyncio.get_event_loop().run_until_complete(main())
