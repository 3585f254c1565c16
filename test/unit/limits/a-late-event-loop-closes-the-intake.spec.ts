import { beforeEach, describe, expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { IntakeService } from '../../../src/limits/intake.service.js';
import { LagGate } from '../../../src/limits/lag-gate.js';
import type { Intake } from '../../../src/telemetry/metrics.js';
import { refusalOf } from './limits-at.js';

const lines: unknown[] = [];

beforeEach(() => {
  lines.length = 0;
  const keep = (message: unknown): void => void lines.push(message);
  Logger.overrideLogger({ log: keep, warn: keep, error: keep });
});

/** An intake whose event loop is as late as a test says. */
function intakeAt(lag = { connectMs: 100, publishMs: 400 }) {
  const loop = { delayMs: 0 };
  const changes: [Intake, boolean][] = [];
  const source = { start: () => {}, stop: () => {}, takeP99Ms: () => loop.delayMs };
  const refusing = (what: Intake, isRefusing: boolean) => void changes.push([what, isRefusing]);
  const intake = new IntakeService({ lag }, source, { refusing });
  const look = (delayMs: number, times = 1): void => {
    loop.delayMs = delayMs;
    for (let count = 0; count < times; count += 1) intake.look();
  };
  return { intake, look, changes };
}

describe('while the event loop lags', () => {
  test('connections are refused first, publishes only when it is much later', async () => {
    const { intake, look } = intakeAt();
    look(150, 20);
    expect(intake.connectionRefusal()).toMatchObject({ code: 'overloaded' });
    expect(await refusalOf(() => intake.requirePublish(() => 'normal'))).toBeNull();

    look(600, 20);
    const refusal = await refusalOf(() => intake.requirePublish(() => 'high'));
    expect(refusal).toMatchObject({ code: 'overloaded', retryable: true });
    expect(await refusalOf(() => intake.requirePublish(() => 'normal'))).toMatchObject({
      code: 'overloaded',
    });
  });

  test('what is critical is taken, however late it is', async () => {
    const { intake, look } = intakeAt();
    look(10_000, 20);
    expect(await refusalOf(() => intake.requirePublish(() => 'low'))).not.toBeNull();
    expect(await refusalOf(() => intake.requirePublish(() => 'critical'))).toBeNull();
  });

  test('it is told once when something is refused and once when it is taken again', () => {
    const { look, changes } = intakeAt();
    look(50, 20);
    expect(changes).toEqual([]);
    look(10_000, 20);
    expect(changes).toEqual([
      ['connections', true],
      ['publishes', true],
    ]);
    look(0, 20);
    expect(changes.slice(2)).toEqual([
      ['connections', false],
      ['publishes', false],
    ]);
    expect(lines).toEqual([
      'The event loop is 10000 ms late: connections are refused as overloaded.',
      'The event loop is 10000 ms late: publishes are refused as overloaded.',
      'The event loop keeps up again: connections are taken.',
      'The event loop keeps up again: publishes are taken.',
    ]);
  });

  test('those who are refused are not told to come back at the same time', () => {
    const { intake, look } = intakeAt();
    look(10_000, 5);
    const waits = Array.from(
      { length: 200 },
      () => intake.connectionRefusal()?.hints.retryAfterMs ?? 0,
    );
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(2_000);
    expect(Math.max(...waits)).toBeLessThan(4_000);
    expect(new Set(waits).size).toBeGreaterThan(100);
  });

  test('a bound of 0 refuses nothing, however late it is', async () => {
    const { intake, look, changes } = intakeAt({ connectMs: 0, publishMs: 0 });
    look(60_000, 50);
    expect(intake.connectionRefusal()).toBeNull();
    expect(await refusalOf(() => intake.requirePublish(() => 'normal'))).toBeNull();
    expect(changes).toEqual([]);
  });
});

describe('the gate', () => {
  test('stays open through one long pause, and shuts at the second', () => {
    const gate = new LagGate(100);
    expect(gate.observe(60_000)).toBe(false);
    expect(gate.observe(60_000)).toBe(true);
    expect(gate.isShut).toBe(true);
  });

  test('does not flutter: it opens again only well below its bound', () => {
    const gate = new LagGate(100);
    for (let count = 0; count < 20; count += 1) gate.observe(110);
    expect(gate.isShut).toBe(true);
    const changes = Array.from({ length: 200 }, (_, index) => gate.observe(index % 2 ? 120 : 60));
    expect(changes.filter(Boolean)).toEqual([]);
    for (let count = 0; count < 20; count += 1) gate.observe(40);
    expect(gate.isShut).toBe(false);
  });

  test('opens within a few looks once the loop keeps up, however long it was shut', () => {
    const gate = new LagGate(100);
    for (let count = 0; count < 1_000; count += 1) gate.observe(60_000);
    let looks = 0;
    while (gate.isShut) {
      gate.observe(0);
      looks += 1;
    }
    expect(looks).toBeLessThanOrEqual(4);
  });
});

test('while an instance stops, it takes no connection and no request, but what is connected goes on', async () => {
  const { intake } = intakeAt();
  intake.drain();
  expect(intake.isDraining).toBe(true);
  expect(intake.connectionRefusal()).toMatchObject({ code: 'draining' });
  expect(await refusalOf(() => intake.requireOpen())).toMatchObject({ code: 'draining' });
  expect(await refusalOf(() => intake.requirePublish(() => 'normal'))).toBeNull();
});
