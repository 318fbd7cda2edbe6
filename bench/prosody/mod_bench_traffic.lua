-- Counts what each account's c2s sessions send and are sent, by kind; bytes are those of the XML, before TLS and compression.
-- Also plays a crowd: what goes to crowdN@host is taken and forgotten, so that a room can have occupants without clients.
local filters = require "util.filters";
local traffic = {};
prosody.bench_traffic = traffic;

local stanzas = { message = true, presence = true, iq = true };

local function counting(direction)
	return function (stanza, session)
		local user = session.username;
		if user and stanza.attr then
			local other = (direction == "in" and stanza.attr.to or stanza.attr.from) or "";
			local place = (other:find("@rooms.", 1, true) or other:find("@plain.", 1, true)) and "room" or "else";
			local key = direction .. " " .. place .. " " .. (stanzas[stanza.name] and stanza.name or "nonza");
			local of = traffic[user] or {};
			traffic[user] = of;
			local so_far = of[key] or { 0, 0 };
			of[key] = { so_far[1] + 1, so_far[2] + #tostring(stanza) };
		end
		return stanza;
	end
end

local incoming, outgoing = counting("in"), counting("out");
local function watch(session)
	filters.add_filter(session, "stanzas/in", incoming);
	filters.add_filter(session, "stanzas/out", outgoing);
end
filters.add_filter_hook(watch);
function module.unload()
	filters.remove_filter_hook(watch);
end

local function swallow(event)
	local to = event.stanza.attr.to or "";
	if to:sub(1, 5) == "crowd" then return true; end
end
for _, kind in ipairs({ "message", "presence", "iq" }) do
	module:hook(kind .. "/full", swallow, 10000);
	module:hook(kind .. "/bare", swallow, 10000);
end
