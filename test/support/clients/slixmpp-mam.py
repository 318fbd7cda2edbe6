"""Pages through a MAM archive with slixmpp's own code: prints one JSON line a message, then {"done": count}.

Arguments: JID, password, host, port, CA file, the archive's JID, the room, the page size.
"""
import asyncio
import json
import sys

import slixmpp

from slixmpp_connect import connect

jid, password, host, port, ca, archive, room, size = sys.argv[1:]


class Reader(slixmpp.ClientXMPP):
    def __init__(self):
        super().__init__(jid, password)
        for plugin in ("xep_0030", "xep_0059", "xep_0297", "xep_0313"):
            self.register_plugin(plugin)
        self.ca_certs = ca
        self.add_event_handler("session_start", self.read)
        self.add_event_handler("failed_all_auth", lambda _: self.abort())  # one mechanism may fail and the next succeed

    async def read(self, _event):
        self.send_presence()
        count = 0
        async for page in self["xep_0313"].retrieve(
            jid=archive, with_jid=slixmpp.JID(room), rsm={"max": int(size)}, iterator=True, timeout=10
        ):
            for message in page["mam"]["results"]:
                forwarded = message["mam_result"]["forwarded"]
                body = forwarded["stanza"]["body"]
                print(json.dumps({"id": message["mam_result"]["id"], "body": body}), flush=True)
                count += 1
        print(json.dumps({"done": count}), flush=True)
        await self.disconnect()


reader = Reader()
connect(reader, host, port)
asyncio.get_event_loop().run_until_complete(asyncio.wait_for(reader.disconnected, 60))
