// Loaded into an instance before its own code: SIGPWR arms what FAILPOINT_FILE says, once. Only from inside
// can something break between one socket and the next, or within one call.
import { Buffer } from 'node:buffer';
import crypto from 'node:crypto';
import { readFileSync, writeSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import process from 'node:process';

/** What is armed: `{ place: 'fan-out' | 'publish', deed: 'throw' | 'die', after, times }`. */
let armed = null;
/** The frame that went out last, and to how many sockets: one fan-out writes one buffer to all. */
let frame = null;
let sockets = 0;

process.on('SIGPWR', () => {
  armed = JSON.parse(readFileSync(process.env.FAILPOINT_FILE, 'utf8'));
});

// Beneath the stream, where frames go either way.
const { prototype } = process.binding('tcp_wrap').TCP;
const { writeBuffer } = prototype;
prototype.writeBuffer = function (request, chunk) {
  if (armed?.place === 'fan-out' && isMessage(chunk)) {
    sockets = frame === chunk ? sockets + 1 : 0;
    frame = chunk;
    if (sockets === armed.after) meet(`after ${sockets} sockets`);
  }
  return writeBuffer.call(this, request, chunk);
};

const { hash } = crypto;
crypto.hash = (...all) => {
  // What tells a duplicate from a conflict is made in the call itself, once for each publish.
  if (armed?.place === 'publish' && all[0] === 'sha256' && all[2] === 'hex') meet('in a publish');
  return hash(...all);
};
syncBuiltinESMExports();

/** A frame that nobody masked, with a message at its start. */
function isMessage(chunk) {
  return Buffer.isBuffer(chunk) && chunk.subarray(0, 32).includes('42["message"');
}

function meet(where) {
  const { deed } = armed;
  armed.times -= 1;
  if (armed.times === 0) armed = null;
  // At once and whole, even where the process ends in the next line.
  writeSync(2, `failpoint: ${deed} ${where}\n`);
  if (deed === 'die') process.kill(process.pid, 'SIGKILL');
  throw new Error('a failpoint was met');
}
