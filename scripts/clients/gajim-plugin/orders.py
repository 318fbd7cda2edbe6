"""A plugin of Gajim's that does what a person would do with the mouse: it calls what the windows call."""
import json
import logging
import os

from gi.repository import GLib
from nbxmpp.protocol import JID

from gajim.common import app
from gajim.common.structs import OutgoingMessage
from gajim.plugins import GajimPlugin

ACCOUNT = 'trial'
log = logging.getLogger('gajim.p.orders')


class OrdersPlugin(GajimPlugin):
    def init(self):
        self.description = 'Takes orders of a script.'
        self.rest = b''

    def activate(self):
        pipe = os.open(os.environ['GAJIM_ORDERS'], os.O_RDWR | os.O_NONBLOCK)
        GLib.io_add_watch(pipe, GLib.IO_IN, self.read)

    def deactivate(self):
        pass

    def read(self, pipe, _condition):
        *lines, self.rest = (self.rest + os.read(pipe, 65536)).split(b'\n')
        for line in lines:
            try:
                self.obey(json.loads(line))
            except Exception:
                log.exception('an order failed: %s', line)
        return True

    def obey(self, order):
        client = app.get_client(ACCOUNT)
        muc, contacts = client.get_module('MUC'), client.get_module('Contacts')
        verb, room = order['verb'], order.get('room')
        if verb == 'join':
            muc.join(room, nick=order['nick'])
            app.window.add_group_chat(ACCOUNT, JID.from_string(room), select=True)
        elif verb == 'nick':
            muc.change_nick(room, order['nick'])
        elif verb == 'leave':
            muc.leave(room)
        elif verb == 'say':
            self.send(contacts.get_contact(room, groupchat=True), order['body'], 'groupchat')
        elif verb == 'private':
            self.send(contacts.get_contact(room, groupchat=True).get_resource(order['nick']), order['body'], 'chat')
        elif verb == 'chat':
            self.send(contacts.get_contact(order['to']), order['body'], 'chat')
        elif verb == 'quit':
            app.app.start_shutdown(message='')

    def send(self, contact, text, kind):
        app.get_client(ACCOUNT).send_message(OutgoingMessage(account=ACCOUNT, contact=contact, message=text, type_=kind))
