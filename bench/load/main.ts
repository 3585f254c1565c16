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
  switch (order.kind) {
    case 'connect':
      crowd = new Crowd(order.audience);
      await crowd.open();
      return { kind: 'done' };
    case 'run':
      if (!crowd) throw new Error('nobody is connected');
      return { kind: 'load', load: await crowd.run(order.traffic) };
    case 'disconnect':
      await crowd?.close();
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
