/**
 * npm run bench costs: how cost grows with rooms, occupants, devices and years, and a model of a server whose users all have a
 * Minimix. Prints the tables of docs/costs.md. The model's habits are flags: `npm run bench costs -- --parts model --devices 5`.
 */
import { parseArgs } from 'node:util';
import { measureInputs } from './costs-inputs.ts';
import { HABITS, reckon, usualHabits, type Habits, type Way } from './costs-model.ts';
import { byDevices } from './costs-devices.ts';
import { byOccupants, byRooms } from './costs-rooms.ts';
import { startStand, type Count, type Stand } from './costs-stand.ts';
import { byYears } from './costs-years.ts';

const flags = Object.fromEntries(Object.keys(HABITS).map((name) => [name, { type: 'string' as const }]));
const { values } = parseArgs({ options: { parts: { type: 'string', default: 'rooms,occupants,devices,years,model' }, ...flags } });
const parts = values.parts.split(',');
const habits: Habits = { ...usualHabits(), ...Object.fromEntries(Object.entries(values).filter(([name]) => name in HABITS).map(([name, value]) => [name, Number(value)])) };

const began = performance.now();
const measured: Record<string, (stand: Stand) => Promise<void>> = {
  rooms: async (stand) => table('Rooms', await byRooms(stand, [20, 60, 200])),
  occupants: async (stand) => table('Occupants', await byOccupants(stand, [100, 1_000, 10_000])),
  devices: async (stand) => table('Devices', await byDevices(stand, [1, 3, 10])),
  years: async () => table('Years', await byYears([10_000, 100_000, 1_000_000])),
  model: async (stand) => tellModel(await measureInputs(stand)),
};
for (const part of parts) {
  const stand = await startStand(); // one each: what one part leaves behind is no burden of the next
  try {
    await measured[part]?.(stand);
  } finally {
    await stand.server.stop();
  }
  console.error(`${part}: at ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

function table(name: string, rows: readonly (readonly string[])[]): void {
  console.log(`### ${name}\n`);
  rows.forEach((row, n) => {
    console.log(`| ${row.join(' | ')} |`);
    if (n === 0) console.log(`|${' --- |'.repeat(row.length)}`);
  });
  console.log('');
}

function tellModel(inputs: Awaited<ReturnType<typeof measureInputs>>): void {
  const named: Record<string, Count> = {
    'a join, of each occupant': inputs.occupant, 'a join, besides': inputs.joinBesides,
    'another occupant hears: a first session joins': inputs.firstIn, '… a second one under the same nick': inputs.nextIn,
    '… one of two leaves': inputs.notLastOut, '… the last one leaves': inputs.lastOut,
    '… the only session changes its presence': inputs.change, '… the second of two does': inputs.changeOfNext,
    'a message, to one session': inputs.message, 'a page of the archive with one message': inputs.mamPage, '… and each message more': inputs.mamMessage,
  };
  table('Measured on Prosody', [['', 'stanzas', 'bytes'], ...Object.entries(named).map(([what, { stanzas, bytes }]) => [what, stanzas.toFixed(1), bytes.toFixed(0)]), ['a resumption, elements that are no stanzas', inputs.resumption.toFixed(0), '']]);
  table('Assumed', [['flag', 'is', 'means'], ...Object.entries(HABITS).map(([name, { means }]) => [`--${name}`, String(habits[name as keyof Habits]), means])]);
  const ways: readonly Way[] = ['direct', 'relay', 'bouncer'];
  const all = ways.map((way) => reckon(habits, inputs, way));
  const millions = (n: number): string => (n / 1e6).toFixed(n < 1e8 ? 1 : 0);
  const kinds = Object.keys(all[0]?.rows ?? {});
  for (const net of ['c2s', 's2s'] as const) {
    table(`Millions of stanzas a day, ${net}`, [
      ['', 'each device by itself', 'one membership, relay', 'one membership, bouncer'],
      ...kinds.map((kind) => [kind, ...all.map(({ rows }) => millions(rows[kind]?.[net] ?? 0))]),
      ['**all**', ...all.map(({ total }) => `**${millions(total[net])}**`)],
    ]);
  }
  table('Besides', [
    ['', 'each device by itself', 'one membership, relay', 'one membership, bouncer'],
    ['GB of XML a day on c2s', ...all.map(({ total }) => (total.bytes / 1e9).toFixed(0))],
    ['streams open at a time', ...all.map(({ streams }) => streams.toFixed(0))],
    ['millions of elements a day for resuming (XEP-0198)', ...all.map(({ resuming }) => millions(resuming))],
  ]);
}
