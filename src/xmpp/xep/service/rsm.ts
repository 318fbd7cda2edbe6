// XEP-0059: Result Set Management
import type { Element } from '../../xml.ts';
import { xml } from '../../xml.ts';
import { NS_RSM } from './mam.ts';
import { ADDRESS, short } from './short.ts';

export interface RsmPage {
  readonly max: number;
  readonly after?: string | undefined;
}

interface RsmAnswer {
  /** Where the next page begins; `undefined` where there is none, or the answer is not paged. */
  readonly last: string | undefined;
  readonly count: number | undefined;
}

/** 2.1: asks for so many, behind that one. */
export function rsm({ max, after }: RsmPage): Element {
  return xml('set', { xmlns: NS_RSM }, xml('max', {}, String(max)), ...(after === undefined ? [] : [xml('after', {}, after)]));
}

/** What an answer says of its page. */
export function readRsm(parent: Element): RsmAnswer {
  const set = parent.getChild('set', NS_RSM);
  const count = Number(set?.getChildText('count') ?? NaN);
  return { last: short(set?.getChildText('last'), ADDRESS), count: Number.isSafeInteger(count) && count >= 0 ? count : undefined };
}
