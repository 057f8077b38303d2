/** A zip archive of which every byte follows from the files: sorted names, one date, no owner. */
import { crc32, deflateRawSync } from 'node:zlib';

export type Item = { name: string; content: Buffer };

const DATE = 0x0021; // 1980-01-01, the first one that the format knows
const VERSION = 20;
const UTF8 = 0x0800;
const DEFLATED = 8;

export function zip(items: Item[]): Buffer {
  const sorted = items.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const [bodies, directory]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const item of sorted) {
    const packed = deflateRawSync(item.content, { level: 9 });
    const name = Buffer.from(item.name);
    const facts = factsOf(item, packed, name);
    const body = Buffer.concat([signed(0x04034b50), facts, name, packed]);
    bodies.push(body);
    directory.push(Buffer.concat([signed(0x02014b50, VERSION), facts, tail(offset), name]));
    offset += body.length;
  }
  const listed = Buffer.concat(directory);
  return Buffer.concat([...bodies, listed, end(sorted.length, listed.length, offset)]);
}

function signed(signature: number, madeBy?: number): Buffer {
  const made = Buffer.alloc(madeBy === undefined ? 4 : 6);
  made.writeUInt32LE(signature, 0);
  if (madeBy !== undefined) made.writeUInt16LE(madeBy, 4);
  return made;
}

function factsOf(item: Item, packed: Buffer, name: Buffer): Buffer {
  const facts = Buffer.alloc(26);
  for (const [at, value] of [VERSION, UTF8, DEFLATED, 0, DATE].entries()) facts.writeUInt16LE(value, at * 2);
  for (const [at, value] of [crc32(item.content), packed.length, item.content.length].entries()) {
    facts.writeUInt32LE(value, 10 + at * 4);
  }
  facts.writeUInt16LE(name.length, 22);
  return facts;
}

/** Comment, disk and attributes are nothing; then where the file begins. */
function tail(offset: number): Buffer {
  const made = Buffer.alloc(14);
  made.writeUInt32LE(offset, 10);
  return made;
}

function end(count: number, size: number, offset: number): Buffer {
  const made = Buffer.alloc(22);
  made.writeUInt32LE(0x06054b50, 0);
  made.writeUInt16LE(count, 8);
  made.writeUInt16LE(count, 10);
  made.writeUInt32LE(size, 12);
  made.writeUInt32LE(offset, 16);
  return made;
}
