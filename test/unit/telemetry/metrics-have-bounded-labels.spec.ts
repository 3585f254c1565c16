import { expect, test } from '@jest/globals';
import { Metrics } from '../../../src/telemetry/metrics.js';

test('every number of the contract has its name, and labels only from fixed lists', async () => {
  const metrics = new Metrics();
  metrics.published('stored', 0.003);
  metrics.gap('trimmed');
  metrics.skipped('own', 3);
  metrics.resumed('continued');
  metrics.dropped('overflow');
  metrics.connection('accepted');
  metrics.deliveries.inc(5);
  metrics.sessions.set(2);
  metrics.brokerReady.set(1);
  const text = await metrics.render();
  metrics.onModuleDestroy();

  for (const line of [
    'carillon_publishes_total{outcome="stored"} 1',
    'carillon_publish_duration_seconds_bucket{le="0.005"} 1',
    'carillon_deliveries_total 5',
    'carillon_gaps_total{reason="trimmed"} 1',
    'carillon_skips_total{reason="own"} 3',
    'carillon_resumes_total{outcome="continued"} 1',
    'carillon_drops_total{reason="overflow"} 1',
    'carillon_connections_total{outcome="accepted"} 1',
    'carillon_sessions 2',
    'carillon_channels_followed 0',
    'carillon_holes_filled_total 0',
    'carillon_foreign_entries_total 0',
    'carillon_broker_ready 1',
    'carillon_outbox_bytes 0',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  expect(text).toMatch(/^carillon_event_loop_delay_seconds\{quantile="0.99"\} [\d.e-]+$/m);
  expect(text).toContain('process_resident_memory_bytes');

  const labels = new Set([...text.matchAll(/^carillon_[^{ ]+\{(\w+)=/gm)].map(([, name]) => name));
  expect(labels).toEqual(new Set(['outcome', 'reason', 'quantile', 'le']));
});

test('two instances in one process count apart', async () => {
  const [one, other] = [new Metrics(), new Metrics()];
  one.sessions.set(1);
  expect(await other.render()).toContain('carillon_sessions 0');
  one.onModuleDestroy();
  other.onModuleDestroy();
});
