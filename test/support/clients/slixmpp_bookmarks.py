"""Reads XEP-0402 as a client does that has just been installed: prints the list as one line of JSON.

slixmpp's own connection and pubsub; what an item means is read here as Gajim's library does: a JID as id, `autojoin`
as an xs:boolean, `nick` and `password` in the bookmark's own namespace.

Arguments: JID, password, host, port, CA file.
"""
import asyncio
import json
import sys

import slixmpp
from slixmpp.exceptions import IqError

from slixmpp_connect import connect

jid, password, host, port, ca = sys.argv[1:]
NS = "urn:xmpp:bookmarks:1"


def shown(payload):
    about = {"autojoin": payload.get("autojoin") in ("true", "1")}
    if payload.get("name") is not None:
        about["name"] = payload.get("name")
    for child in ("nick", "password"):
        text = payload.findtext(f"{{{NS}}}{child}")
        if text:
            about[child] = text
    return about


class Reader(slixmpp.ClientXMPP):
    def __init__(self):
        super().__init__(jid, password)
        for plugin in ("xep_0030", "xep_0060"):
            self.register_plugin(plugin)
        self.ca_certs = ca
        self.add_event_handler("session_start", self.read)
        self.add_event_handler("failed_all_auth", lambda _: self.abort())  # one mechanism may fail and the next succeed

    async def read(self, _event):
        rooms = {}
        try:
            answer = await self["xep_0060"].get_items(self.boundjid.bare, NS, timeout=20)
            for item in answer["pubsub"]["items"]["substanzas"]:
                if item["payload"] is not None and item["payload"].tag == f"{{{NS}}}conference":
                    rooms[slixmpp.JID(item["id"]).bare] = shown(item["payload"])
        except IqError as error:
            if error.condition != "item-not-found":
                raise
        print(json.dumps(rooms), flush=True)
        await self.disconnect()


reader = Reader()
connect(reader, host, port)
asyncio.get_event_loop().run_until_complete(asyncio.wait_for(reader.disconnected, 60))
