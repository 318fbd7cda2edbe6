// RFC 7395: XMPP over WebSocket, made to look like the bytes of a stream (RFC 6120).
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { NS } from '../../../xmpp/namespaces.ts';
import { createReader } from '../../../xmpp/transport/reader.ts';
import type { Read, Reader } from '../../../xmpp/transport/reader.ts';
import { attributeOf, escapeXML, parseElement, xml, XmlError } from '../../../xmpp/xml.ts';

const FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';
const PATH = '/xmpp-websocket';
const MAX_FRAME = 512 * 1024;
const DECLARATION = Buffer.from('<?xml');
const OUT = { stanzaBytes: 16 * 1024 * 1024, depth: 200, attributes: 200 };

interface WebSocketDoor {
  /** Takes an upgrade over; false if it is not for the bouncer. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

/** Calls `taken` with each connection, as a duplex stream of XMPP text. */
export function openWebSocketDoor(taken: (carrier: Duplex, socket: Socket) => void): WebSocketDoor {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME,
    perMessageDeflate: false,
    handleProtocols: (protocols) => (protocols.has('xmpp') ? 'xmpp' : false),
  });
  return {
    upgrade(request, socket, head) {
      if ((request.url ?? '').split('?', 1)[0] !== PATH) return false;
      server.handleUpgrade(request, socket, head, (webSocket) => {
        if (webSocket.protocol === 'xmpp') taken(carrierOf(webSocket), request.socket);
        else webSocket.close(1002, 'the protocol is xmpp');
      });
      return true;
    },
  };
}

/** Cuts what is written into frames, and gives what a frame holds as it would stand in a stream. */
function carrierOf(webSocket: WebSocket): Duplex {
  let reader: Reader | undefined;

  /** What was written, as frames. */
  function framesOf({ header, items, closed, fault }: Read): string[] {
    if (fault !== undefined) throw fault;
    const frames: string[] = [];
    if (header !== undefined) {
      const attributes = [...header].filter(([name]) => ['from', 'id', 'version', 'xml:lang'].includes(name));
      frames.push(xml('open', { xmlns: FRAMING, ...Object.fromEntries(attributes) }).toString());
    }
    frames.push(...items.map((item) => ('stanza' in item ? item.stanza.raw : item.nonza.toString())));
    if (closed) frames.push(`<close xmlns='${FRAMING}'/>`);
    return frames;
  }

  const carrier = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      if (chunk.subarray(0, 5).equals(DECLARATION) || !reader) reader = createReader(OUT);
      try {
        const frames = framesOf(reader.read(chunk));
        const last = frames.pop();
        for (const frame of frames) webSocket.send(frame);
        // until the network has it, it waits here, where it is counted
        if (last === undefined) done();
        else webSocket.send(last, done);
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
    final(done) {
      webSocket.close(1000);
      done();
    },
    destroy(error, done) {
      webSocket.terminate();
      done(error);
    },
  });

  webSocket.on('message', (data, isBinary) => {
    if (!Buffer.isBuffer(data) || isBinary || carrier.destroyed || carrier.readableLength > MAX_FRAME) carrier.destroy();
    else carrier.push(inStream(data.toString('utf8')));
  });
  webSocket.on('close', () => carrier.destroy());
  webSocket.on('error', () => carrier.destroy());
  return carrier;
}

/** RFC 7395 3.3: each frame is one element; the first and the last stand for the stream's own tags. */
function inStream(frame: string): string {
  if (/^\s*<close[\s/>]/.test(frame)) return '</stream:stream>';
  if (!/^\s*<open[\s/>]/.test(frame)) return frame;
  try {
    const to = attributeOf(parseElement(frame), 'to') ?? '';
    return `<stream:stream xmlns='${NS.client}' xmlns:stream='${NS.streams}' to='${escapeXML(to)}' version='1.0'>`;
  } catch (error) {
    if (error instanceof XmlError) return '<'; // no stream starts like this, so its reader reports the error
    throw error;
  }
}
