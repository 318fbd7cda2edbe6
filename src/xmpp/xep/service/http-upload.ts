// XEP-0363: HTTP File Upload
import type { Element } from '../../xml.ts';
import { attributeOf, xml } from '../../xml.ts';
import { readInfoForm } from './data-form.ts';
import { NS_DISCO_INFO, readDiscoInfo } from './disco.ts';
import { ADDRESS } from './short.ts';

const NS_UPLOAD = 'urn:xmpp:http:upload:0';
/** 10: no other header goes from the slot to the request. */
const ALLOWED = ['authorization', 'cookie', 'expires'];
const LONGEST_HEADER = 8000;

export interface UploadFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly type: string;
}

export interface Slot {
  readonly put: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly get: string;
}

/** 4: whether an entity takes files, and up to how many bytes (`undefined`: it does not say). */
export function readUploadService(iq: Element): { readonly most: number | undefined } | undefined {
  const query = iq.getChild('query', NS_DISCO_INFO);
  if (!query || readDiscoInfo(iq)?.features.has(NS_UPLOAD) !== true) return undefined;
  const most = Number(readInfoForm(query, NS_UPLOAD)?.['max-file-size'] ?? NaN);
  return { most: Number.isSafeInteger(most) && most > 0 ? most : undefined };
}

/** 5: asks for a place for one file. */
export function slotRequest(to: string, { name, size, type }: UploadFile): Element {
  const request = xml('request', { xmlns: NS_UPLOAD, filename: name, size: String(size), 'content-type': type });
  return xml('iq', { type: 'get', to }, request);
}

/** The place; `undefined` where the answer names none. Headers without line ends, and only those that 10 allows. */
export function readSlot(iq: Element): Slot | undefined {
  const slot = iq.getChild('slot', NS_UPLOAD);
  const put = attributeOf(slot?.getChild('put'), 'url');
  const get = attributeOf(slot?.getChild('get'), 'url');
  if (put === undefined || get === undefined || put.length > ADDRESS || get.length > ADDRESS) return undefined;
  const headers = (slot?.getChild('put')?.getChildren('header') ?? []).slice(0, 10).flatMap((header) => {
    const name = attributeOf(header, 'name')?.replaceAll(/[\r\n]/g, '') ?? '';
    const value = header.text().replaceAll(/[\r\n]/g, '');
    return ALLOWED.includes(name.toLowerCase()) && value.length <= LONGEST_HEADER ? [[name, value] as const] : [];
  });
  return { put, headers, get };
}

/** 5, error cases: the most that the service takes, where it refused a file for its size. */
export function readTooLarge(error: Element | undefined): number | undefined {
  const found = error?.getChild('error')?.getChild('file-too-large', NS_UPLOAD);
  const most = Number(found?.getChildText('max-file-size') ?? NaN);
  return Number.isSafeInteger(most) ? most : undefined;
}
