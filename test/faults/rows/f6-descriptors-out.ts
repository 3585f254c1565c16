import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { get } from 'node:http';
import { promisify } from 'node:util';
import { eventually } from '../../support/eventually.js';
import { lasting, type Row } from '../row.js';

/** For an answer that may never come. */
const PATIENCE_MS = 500;

export const descriptorsOut: Row = {
  name: 'F6',
  title: 'an instance has no file descriptor left, and may lose its connections to Redis meanwhile',
  keepsStore: true,
  needs: 'prlimit',
  async inject({ world, workload, history, random, bites, claim }) {
    const victim = random.pick(world.instances);
    const { pid, url } = victim.process;
    const drops = workload.drops;
    const losesRedis = random.next() < 0.5;
    const usual = await allowed(pid);
    const taken = new Set((await readdir(`/proc/${pid}/fd`)).map(Number));
    let lowest = 0;
    while (taken.has(lowest)) lowest += 1;
    // A new one is the lowest that is free, and must be below the limit.
    await allow(pid, lowest);
    world.note(`${victim.name} has ${taken.size} descriptors and gets no more`);
    const before = history.of('ok').length;
    workload.burst(2);
    if (losesRedis) victim.redis.reset();
    let refused = 0;
    const tries = random.between(5, 20);
    for (let attempt = 0; attempt < tries; attempt += 1) {
      if (!(await isAnswered(victim.process.port))) refused += 1;
      await lasting(random.between(20, 120));
    }
    const meanwhile = history.of('ok').length - before;
    bites(refused > 0, `${refused} of ${tries} new connections came to nothing`);
    bites(meanwhile > 0, `${meanwhile} publishes were acknowledged meanwhile`);
    claim(workload.drops === drops, `${workload.drops - drops} connections were lost`);
    await allow(pid, usual);
    world.note(`${victim.name} gets descriptors again`);
    await eventually(
      `${victim.name} takes connections again`,
      async () => (await fetch(`${url}/health/ready`)).status === 200,
      { deadlineMs: 20_000 },
    );
  },
};

/** Whether a new connection is taken and its question answered. */
async function isAnswered(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    // A connection of its own each time, not one of those that were kept.
    const request = get({ port, host: '127.0.0.1', path: '/health/live', agent: false });
    request.setTimeout(PATIENCE_MS, () => request.destroy());
    request.once('response', (response) => {
      response.resume();
      resolve(true);
    });
    // Also of what nobody answered.
    request.once('error', () => resolve(false));
  });
}

/** The most descriptors that a process may have now. */
async function allowed(pid: number): Promise<number> {
  const options = ['--pid', String(pid), '--nofile', '--output=SOFT', '--noheadings'];
  return Number((await promisify(execFile)('prlimit', options)).stdout);
}

/** The most descriptors that a process may have from now on; the hard limit is left alone. */
async function allow(pid: number, descriptors: number): Promise<void> {
  await promisify(execFile)('prlimit', ['--pid', String(pid), `--nofile=${descriptors}:`]);
}
