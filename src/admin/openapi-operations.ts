/** What the description says of one route beside its parameters and body. */
export interface Operation {
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** Status → what it means and the name of its schema. */
  readonly answers: Readonly<Record<number, readonly [meaning: string, schema: string | null]>>;
  /** Statuses of the problems that are particular to the route. */
  readonly problems: readonly number[];
  /** The route takes `Idempotency-Key`. */
  readonly idempotent?: true;
  /** Answers tell what is left of a limit, where one applies. */
  readonly limited?: true;
}

const PUBLISH_PROBLEMS = [400, 403, 409, 413, 415, 503];
const LIMITED_PUBLISH_PROBLEMS = [...PUBLISH_PROBLEMS, 429];

/** By `<controller>.<method>`; a test finds the route that is missing here. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  'ChannelMessagesController.publish': {
    tag: 'Messages',
    summary: 'Publish a message to a channel',
    description:
      'The same `id` with the same content is stored once; other content is `id_conflict`. ' +
      'Binary: `"encoding": "base64"` and `"data": { "base64": "…" }`.',
    answers: {
      201: ['Stored.', 'PublishReply'],
      200: ['It was stored before: `duplicate` is true.', 'PublishReply'],
    },
    problems: LIMITED_PUBLISH_PROBLEMS,
    idempotent: true,
    limited: true,
  },
  'MessageBatchController.publish': {
    tag: 'Messages',
    summary: 'Publish up to 1000 messages',
    description:
      'Each item is a publish with its `channel`, and is answered by itself, in its place. ' +
      'An item without `id` gets `<Idempotency-Key>:<index>`.',
    answers: { 207: ['One result for each item.', 'BatchReply'] },
    problems: [400, 413, 415, 503],
    idempotent: true,
    limited: true,
  },
  'ChannelMessagesController.history': {
    tag: 'Channels',
    summary: 'Read the history of a channel',
    description:
      'Oldest first. Without a position the newest; `after` for what follows one, `before` for what ' +
      'precedes it. `gap` tells what `after` can no longer be continued with.',
    answers: { 200: ['A page of messages.', 'History'] },
    problems: [400, 503],
  },
  'ChannelMessagesController.purge': {
    tag: 'Channels',
    summary: 'Throw the history of a channel away',
    description:
      'Epoch, offsets and deduplication stay. Whoever is below the newest message is told `gap` with reason `purged`.',
    answers: { 200: ['What is left.', 'ChannelHistory'] },
    problems: [400, 503],
  },
  'ChannelPresenceController.members': {
    tag: 'Channels',
    summary: 'Who is in a channel',
    answers: { 200: ['Up to 1000 members; `total` counts all.', 'Presence'] },
    problems: [400, 503],
  },
  'BroadcastsController.send': {
    tag: 'Broadcasts',
    summary: 'Send a message to an audience',
    description:
      'Repeating with the same `id` and content sends what is missing and nothing twice. ' +
      '`releaseAt: "together"` lets the server choose the first instant at which all can show it. ' +
      '`sendAt` in the future and receipts are not available yet.',
    answers: { 202: ['Taken.', 'Broadcast'] },
    problems: PUBLISH_PROBLEMS,
    idempotent: true,
  },
  'InstancesController.list': {
    tag: 'Cluster',
    summary: 'The running instances',
    answers: { 200: ['A page of instances, by id.', 'Instances'] },
    problems: [400, 503],
  },
  'MetricsController.read': {
    tag: 'Operation',
    summary: 'Metrics of this instance for Prometheus',
    description: 'Open unless `METRICS_AUTH=true`.',
    answers: { 200: ['The Prometheus text format.', null] },
    problems: [],
  },
  'HealthController.live': {
    tag: 'Operation',
    summary: 'Whether the event loop runs',
    answers: { 200: ['It does.', 'Live'] },
    problems: [],
  },
  'HealthController.ready': {
    tag: 'Operation',
    summary: 'Whether this instance can take and deliver messages',
    answers: { 200: ['It can.', 'Ready'] },
    problems: [503],
  },
  'DemoSessionController.open': {
    tag: 'Demo',
    summary: 'A token for a guest of the demo',
    description: 'Only while the demo is on. The body may be left out.',
    answers: { 201: ['A guest.', 'DemoSession'] },
    problems: [400, 404, 415, 429],
    limited: true,
  },
};
