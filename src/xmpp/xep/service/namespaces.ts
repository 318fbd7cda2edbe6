/** Namespaces that more than one feature reads. Those of a single XEP stand in its own file. */
export const NS_CLIENT = 'jabber:client';
export const NS_STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
