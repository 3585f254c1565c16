import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { monotonicNs } from '../../../client/cli/src/verify/history.js';
import { register } from '../../support/actors.js';
import { Child } from '../../support/child-process.js';
import { eventually, within } from '../../support/eventually.js';
import { type Reader, ReaderLog, type ReaderParts } from '../reader.js';
import { DiaryReader, type Line } from './diary.js';
import { valuesIn } from './file-store.js';
import type { Death, Life } from './life.js';
import { Repeats } from './repeats.js';

const START_MS = 30_000;
const LOOK_MS = 20;
const root = path.resolve(import.meta.dirname, '../../..');
const sources = pathToFileURL(path.join(root, 'test/faults/preload/sources.mjs')).href;

export interface MortalParts extends ReaderParts {
  readonly seed: number;
}

/** How a life ended. */
export interface Ended {
  readonly at: number;
  /** Messages that it was shown. */
  readonly shown: number;
  /** Publishes without an outcome. */
  readonly unsettled: number;
  /** Of these, those that the next life takes up. */
  readonly journaled: number;
  /** Of what this life was shown, what had been shown before. */
  readonly repeats: number;
}

/**
 * A client with the SDK in a process of its own, with a store on disk, that can be killed and comes
 * back. Reads and publishes; what its diary says is written into the history.
 */
export class MortalClient implements Reader {
  readonly kind = 'SDK';
  /** Each life that is over. */
  readonly ended: Ended[] = [];
  /** Publishes whose outcome was known to the SDK, and the process ended before anybody was told. */
  readonly untold: { readonly channel: string; readonly id: string }[] = [];
  readonly #log: ReaderLog;
  readonly #repeats = new Repeats();
  /** Publishes without an outcome, by channel and id; true for those that were ever journaled. */
  readonly #open = new Map<string, { channel: string; id: string; wasJournaled: boolean }>();
  readonly #saved = new Set<string>();
  #lives = 0;
  #child: Child | null = null;
  #diary: DiaryReader | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isSubscribed = false;
  #state = '';
  #drops = 0;
  #shown = 0;
  #again = 0;

  private constructor(
    private readonly parts: MortalParts,
    private readonly folder: string,
  ) {
    this.#log = new ReaderLog(parts.name, parts.history);
  }

  static async create(parts: MortalParts): Promise<MortalClient> {
    const folder = await mkdtemp(path.join(tmpdir(), 'carillon-mortal-'));
    const client = new MortalClient(parts, folder);
    register({
      name: parts.name,
      end: async () => {
        await client.close();
        await rm(folder, { recursive: true, force: true });
      },
    });
    return client;
  }

  get name(): string {
    return this.parts.name;
  }

  get channels(): readonly string[] {
    return this.parts.channels;
  }

  get user(): string {
    return this.parts.user;
  }

  get serverChannels(): readonly string[] {
    return this.parts.serverChannels;
  }

  get doors(): ReaderParts['doors'] {
    return this.parts.doors;
  }

  get drops(): number {
    return this.#drops;
  }

  get isConnected(): boolean {
    return this.#state === 'connected';
  }

  /** What this life was shown so far. */
  get shown(): number {
    return this.#shown;
  }

  /** The first life; resolves when it follows its channels and its store says where it stands in them. */
  async start(): Promise<void> {
    await this.live(null);
    await eventually('it has kept its places', () =>
      ['cursors', ...this.channels.map((channel) => `cursor:${channel}`)].every((key) =>
        this.#saved.has(key),
      ),
    );
  }

  /** The next life, with what the store has of the last one. Resolves when it follows its channels. */
  async live(death: Death | null): Promise<void> {
    const number = this.#lives;
    this.#lives += 1;
    const { doors, token, channels, seed } = this.parts;
    const life: Life = {
      ...{ number, token, channels, death, seed: seed + number },
      urls: doors.map(({ url }) => url),
      store: this.#store,
      diary: path.join(this.folder, `diary-${number}`),
    };
    this.#isSubscribed = false;
    this.#shown = this.#again = 0;
    this.#diary = new DiaryReader(life.diary);
    const program = path.join(import.meta.dirname, 'program.ts');
    this.#child = new Child(this.name, process.execPath, [`--import=${sources}`, program], {
      cwd: root,
      env: { PATH: process.env['PATH'], MORTAL_LIFE: JSON.stringify(life) },
    });
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    const child = this.#child;
    let isOver = false;
    void child.exited.then(() => (isOver = true));
    await eventually(`life ${number} follows its channels`, () => this.#isSubscribed || isOver, {
      deadlineMs: START_MS,
    });
    this.#look();
    if (!this.#isSubscribed) throw new Error(`life ${number} ended:\n${child.lines.join('\n')}`);
  }

  /** Resolves when this life, which is to end by itself, has ended. */
  async died(): Promise<void> {
    const child = this.#living();
    const { signal } = await within('it ends by itself', START_MS, child.exited);
    if (signal !== 'SIGKILL') throw new Error(`it ended otherwise:\n${child.lines.join('\n')}`);
    this.#bury();
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    this.#living().kill('SIGKILL');
    await this.died();
  }

  /** It publishes no more; resolves when everything that it ever published has an outcome. */
  async rest(): Promise<void> {
    this.#living().kill('SIGUSR2');
    await eventually('each of its publishes has an outcome', () => this.#open.size === 0, {
      deadlineMs: START_MS,
    });
  }

  has(channel: string, id: string): boolean {
    this.#look();
    return this.#log.has(channel, id);
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#child?.kill('SIGKILL');
    await this.#child?.exited;
    this.#diary?.close();
    this.#diary = null;
  }

  get #store(): string {
    return path.join(this.folder, 'store');
  }

  #living(): Child {
    if (this.#child === null) throw new Error('it does not live');
    return this.#child;
  }

  /** What the last moments were, and what is left of them. */
  #bury(): void {
    const at = monotonicNs();
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#look();
    this.#diary?.close();
    this.#timer = this.#diary = this.#child = null;
    this.#repeats.died();
    const unsettled = this.#open.size;
    const left = publishesIn(this.#store);
    for (const [name, { channel, id, wasJournaled }] of this.#open) {
      if (left.has(name)) continue;
      this.#open.delete(name);
      const publish = { publisher: this.name, channel, id };
      if (wasJournaled) {
        // It is not there any more: the SDK had an outcome, and the application no time to be told.
        this.untold.push({ channel, id });
        this.parts.history.add({ ...publish, kind: 'unknown', code: 'killed' });
      } else {
        // Before anything is sent it is journaled: this one must never come to anybody.
        this.parts.history.add({ ...publish, kind: 'fail', code: 'killed' });
      }
    }
    const [shown, repeats, journaled] = [this.#shown, this.#again, this.#open.size];
    this.ended.push({ at, shown, repeats, unsettled, journaled });
  }

  #look(): void {
    for (const line of this.#diary?.read() ?? []) this.#take(line);
  }

  #take(line: Line): void {
    const { history, name } = this.parts;
    switch (line.kind) {
      case 'subscribed':
        this.#isSubscribed = true;
        break;
      case 'session':
        for (const { channel, position } of line.channels) this.#log.started(channel, position);
        break;
      case 'state':
        this.#state = line.state;
        if (line.state === 'offline') this.#drops += 1;
        history.add({ kind: 'state', who: name, state: line.state, url: this.#lives });
        break;
      case 'shown':
        this.#show(line);
        break;
      case 'gap':
        this.#log.gap(line.gap);
        break;
      case 'skip':
        this.#log.skip(line.skip);
        break;
      case 'saving':
        this.#repeats.saving(line.key);
        break;
      case 'saved':
        this.#saved.add(line.key);
        this.#repeats.saved(line.key);
        break;
      case 'removed':
        break;
      case 'invoke':
        this.#open.set(keyOf(line), { ...line, wasJournaled: false });
        history.add({ ...line, publisher: name });
        break;
      case 'journaled': {
        const publish = this.#open.get(keyOf(line));
        if (publish !== undefined) publish.wasJournaled = true;
        break;
      }
      default:
        this.#open.delete(keyOf(line));
        history.add({ ...line, publisher: name });
    }
  }

  #show(line: Extract<Line, { kind: 'shown' }>): void {
    this.#shown += 1;
    const kind = this.#repeats.shown(line);
    if (kind === 'new') return this.#log.delivered(line);
    this.#again += 1;
    const { channel, offset } = line;
    if (kind === 'again') return;
    this.#log.skip({ channel, from: offset, to: offset, reason: 'duplicate' });
  }
}

function keyOf({ channel, id }: { readonly channel: string; readonly id: string }): string {
  return `${channel} ${id}`;
}

/** What the journal holds. The outbox keeps the request as it is sent, behind a key of its own. */
function publishesIn(store: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [key, value] of valuesIn(store)) {
    if (!key.startsWith('publish:')) continue;
    const { request } = value as { request: { channel: string; id: string } };
    names.add(keyOf(request));
  }
  return names;
}
