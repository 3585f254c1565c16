import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { Broker } from '../../../src/broker/broker.port.js';
import { readConfig } from '../../../src/config/read-config.js';
import { Admission } from '../../../src/gateway/admission.js';
import { IntakeService } from '../../../src/limits/intake.service.js';
import { Metrics } from '../../../src/telemetry/metrics.js';

Logger.overrideLogger(false);

interface Refusal {
  readonly status: number;
  readonly retryAfter: number;
  readonly body: Record<string, unknown>;
}

/** A door whose event loop is as late as a test says. */
function doorAt(env: Readonly<Record<string, string>> = {}) {
  const config = readConfig(env, () => '');
  const loop = { delayMs: 0 };
  const metrics = new Metrics();
  const source = { start: () => {}, stop: () => {}, takeP99Ms: () => loop.delayMs };
  const intake = new IntakeService(config, source, metrics);
  const broker = { isReady: () => true } as Broker;
  const admission = new Admission(config, broker, intake, metrics, { problem: () => null });
  return {
    intake,
    metrics,
    look(delayMs: number): void {
      loop.delayMs = delayMs;
      for (let count = 0; count < 10; count += 1) intake.look();
    },
    /** Null: let in. */
    knock(connections = 0): Refusal | null {
      const socket = new Socket();
      let answer = '';
      socket.end = ((text: string) => {
        answer += text;
        return socket;
      }) as Socket['end'];
      if (admission.admit(new IncomingMessage(socket), connections)) return null;
      const [head = '', body = ''] = answer.split('\r\n\r\n');
      return {
        status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]),
        retryAfter: Number(/^retry-after: (\d+)\r?$/im.exec(head)?.[1]),
        body: JSON.parse(body) as Record<string, unknown>,
      };
    },
  };
}

async function refusing(metrics: Metrics): Promise<string[]> {
  const text = await metrics.render();
  return text.split('\n').filter((line) => line.startsWith('carillon_refusing{'));
}

describe('at the upgrade', () => {
  test('while the loop lags a client is told to come back, and let in when it keeps up', async () => {
    const door = doorAt();
    expect(door.knock()).toBeNull();
    door.look(4_500);
    const refusal = door.knock();
    expect(refusal).toMatchObject({
      status: 503,
      body: { status: 503, code: 'overloaded', retryable: true },
    });
    expect(refusal?.retryAfter).toBeGreaterThanOrEqual(2);
    expect(refusal?.retryAfter).toBeLessThanOrEqual(4);
    expect(await refusing(door.metrics)).toEqual([
      'carillon_refusing{what="connections"} 1',
      'carillon_refusing{what="publishes"} 1',
    ]);
    door.look(0);
    expect(door.knock()).toBeNull();
    expect(await refusing(door.metrics)).toEqual([
      'carillon_refusing{what="connections"} 0',
      'carillon_refusing{what="publishes"} 0',
    ]);
  });

  test('the settings say how late is too late', () => {
    const door = doorAt({ LAG_CONNECT_MS: '5000', LAG_PUBLISH_MS: '9000' });
    door.look(4_500);
    expect(door.knock()).toBeNull();
  });

  test('one that stops says so rather than that it is full or late', () => {
    const door = doorAt({ MAX_CONNECTIONS: '1' });
    door.look(4_500);
    door.intake.drain();
    expect(door.knock(1)).toMatchObject({ status: 503, body: { code: 'draining' } });
  });
});
