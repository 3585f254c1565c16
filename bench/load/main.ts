import process from 'node:process';
import { Crowd } from './crowd.js';
import type { Order, Report } from './orders.js';

// The load generator: a process of its own, told what to do by the bench over IPC.

let crowd: Crowd | null = null;
let last = Promise.resolve();

// Only the bench writes here, and it writes orders.
process.on('message', (order: Order) => {
  last = last.then(async () => {
    tell(await carryOut(order).catch(failed));
  });
});
process.on('disconnect', () => process.exit(0));

async function carryOut(order: Order): Promise<Report> {
  if (order.kind === 'connect') {
    crowd = new Crowd(order.audience);
    await crowd.open(order.upTo);
    return { kind: 'done' };
  }
  if (!crowd) throw new Error('nobody is connected');
  switch (order.kind) {
    case 'admit':
      await crowd.admit(order.upTo);
      return { kind: 'done' };
    case 'run':
      return { kind: 'load', load: await crowd.run(order.traffic) };
    case 'offer':
      return { kind: 'offered', published: await crowd.offer(order.traffic) };
    case 'settle':
      return { kind: 'load', load: await crowd.settle(order.elsewhere) };
    case 'stall':
      crowd.stall(order.seats);
      return { kind: 'done' };
    case 'wake':
      return { kind: 'return', back: await crowd.wake() };
    case 'cut':
      await crowd.cut();
      return { kind: 'done' };
    case 'storm':
      return { kind: 'return', back: await crowd.storm(order.storm) };
    case 'disconnect':
      await crowd.close();
      crowd = null;
      return { kind: 'done' };
  }
}

function failed(error: unknown): Report {
  return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
}

function tell(report: Report): void {
  process.send?.(report);
}
