/** The namespaces that the stream itself speaks; each feature keeps its own. */
export const NS = {
  client: 'jabber:client',
  streams: 'http://etherx.jabber.org/streams',
  streamErrors: 'urn:ietf:params:xml:ns:xmpp-streams',
  stanzaErrors: 'urn:ietf:params:xml:ns:xmpp-stanzas',
  tls: 'urn:ietf:params:xml:ns:xmpp-tls',
  sasl: 'urn:ietf:params:xml:ns:xmpp-sasl',
  sasl2: 'urn:xmpp:sasl:2',
  bind: 'urn:ietf:params:xml:ns:xmpp-bind',
  bind2: 'urn:xmpp:bind:0',
  sm: 'urn:xmpp:sm:3',
  csi: 'urn:xmpp:csi:0',
  ping: 'urn:xmpp:ping',
} as const;
