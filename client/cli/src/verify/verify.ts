import type { Socket } from 'socket.io-client';
import { command, type Surroundings } from '../command.js';
import { adviceOn } from '../deployment/advice.js';
import { connectAnywhere } from '../deployment/connect-anywhere.js';
import { type Deployment, deploymentOf } from '../deployment/deployment.js';
import { closeSocket } from '../deployment/open-socket.js';
import { EXIT } from '../exit-code.js';
import { Unable } from '../unable.js';
import { askRefills } from './ask-refills.js';
import type { ChannelLog } from './checker.js';
import { figuresOf } from './figures.js';
import { History } from './history.js';
import { historyFileFor, openHistoryFile, writeHistory } from './history-file.js';
import { judge } from './judge.js';
import type { Plan } from './plan.js';
import { preflight } from './preflight.js';
import { tellProgress } from './progress.js';
import { readLogs } from './read-log.js';
import type { Verdict } from './verdict.js';
import { verdictText } from './verdict-text.js';
import { planOf, verifyOptions } from './verify-options.js';
import { Workload } from './workload.js';

export const verify = command({
  name: 'verify',
  summary: 'prove the promise on your own cluster, while you break it',
  description: [
    'Publishes and subscribes against a running deployment, writes down everything that anybody saw,',
    'and checks that every message came exactly once and in order, or that its loss was told. It does',
    'no harm by itself: kill instances, restart Redis or cut the network while it runs.',
    '',
    'Exit code: 0 the promise held, 1 it was broken, 2 it could not be found out.',
    'Ctrl-C ends the load and gives the verdict on what was seen; a second one ends at once.',
  ],
  options: verifyOptions,
  examples: [
    'carillon verify --url http://localhost:3000',
    'carillon verify --url https://a.example.com,https://b.example.com --secret "$AUTH_JWT_SECRET"',
    'carillon verify --duration 10m --subscribers 60 --reconnect 20 --rate 200 --publishers 8',
    'carillon verify --json --history run.ndjson > verdict.json',
  ],
  async run(given, words, surroundings) {
    if (words.length > 0) {
      throw new Unable(`verify takes options alone, not "${words.join(' ')}".`, ['add --help']);
    }
    const deployment = deploymentOf(given);
    const plan = planOf(given);
    const adminKey = given['admin-key'];
    if (given.history !== undefined) openHistoryFile(given.history);
    const verdict = await verdictOf({ deployment, plan, adminKey }, given.history, surroundings);
    const { terminal } = surroundings;
    terminal.print(given.json ? JSON.stringify(verdict) : verdictText(verdict, terminal.style));
    if (verdict.verdict === 'held') return EXIT.ok;
    return verdict.verdict === 'violated' ? EXIT.violated : EXIT.unable;
  },
});

interface Run {
  readonly deployment: Deployment;
  readonly plan: Plan;
  readonly adminKey: string | undefined;
}

async function verdictOf(
  run: Run,
  historyFile: string | undefined,
  { terminal, stop }: Surroundings,
): Promise<Verdict> {
  const { deployment, plan, adminKey } = run;
  const { mayPublishHigh, remarks } = await preflight(deployment, plan, adminKey);
  for (const remark of remarks) terminal.note(`  note: ${remark}`);
  terminal.note(
    `  seed ${plan.seed}: connecting ${plan.publishers} publishers and ${plan.subscribers} subscribers to ${deployment.urls.join(', ')}`,
  );
  const history = new History();
  const workload = await Workload.connect(plan, deployment, history, stop);
  let phase = '';
  const startedAt = performance.now();
  const endProgress = tellProgress(terminal, history.facts, {
    workload,
    phase: () => phase || `${secondsSince(startedAt).toFixed(0)} s of ${plan.seconds} s`,
  });
  try {
    refuseIncomplete(workload, deployment, stop);
    await workload.run(mayPublishHigh, stop);
    const seconds = secondsSince(startedAt);
    phase = 'waiting until everybody is at the top';
    const stuck = await workload.drain();
    phase = 'reading what the store has';
    const { logs, cutOff, remarks: late = [] } = await endOf(run, { workload, history }, stuck);
    const judgement = judge({
      facts: history.facts,
      channels: workload.channels,
      readers: workload.readers.flatMap(({ name: reader, kind, channels }) =>
        channels.map((channel) => ({ reader, channel, hidesRepeats: kind === 'SDK' })),
      ),
      ...{ logs, stuck, cutOff },
    });
    const file = historyFile ?? (judgement.verdict === 'violated' ? historyFileFor(plan) : null);
    const verdict: Verdict = {
      ...judgement,
      ...figuresOf(history.facts),
      ...{ seed: plan.seed, seconds, wasStopped: stop.aborted, plan },
      remarks: [...remarks, ...late],
      urls: deployment.urls,
      instances: [...workload.instances].sort(),
      connections: { lost: workload.drops, leftOnPurpose: workload.leaves },
      history: file,
    };
    if (file === null || writeHistory(file, verdict, history)) return verdict;
    terminal.note(`  note: the history could not be written to ${file}`);
    return { ...verdict, history: null };
  } finally {
    endProgress();
    await workload.close();
  }
}

/** Nothing can be judged when somebody could not even begin. */
function refuseIncomplete(workload: Workload, deployment: Deployment, stop: AbortSignal): void {
  const { refused, absent } = workload;
  if (refused !== null) {
    const { who, refusal } = refused;
    throw new Unable(
      `${who} was refused: ${refusal.code ?? ''} ${refusal.message}`,
      adviceOn(refusal, deployment),
    );
  }
  if (stop.aborted) throw new Unable('It was stopped before it began.', []);
  if (absent.length === 0) return;
  throw new Unable(`${absent.length} subscribers could not connect: ${absent[0] ?? ''}, …`, [
    'ask for fewer --subscribers, or give it longer with --settle',
  ]);
}

interface End {
  readonly logs: ChannelLog[] | null;
  readonly cutOff: string | null;
  /** What whoever reads the verdict has to know beside it. */
  readonly remarks?: readonly string[];
}

/** The store as it is in the end, or why nobody could see the end. */
async function endOf(
  { deployment, plan, adminKey }: Run,
  { workload, history }: { workload: Workload; history: History },
  stuck: readonly string[],
): Promise<End> {
  const { refused } = workload;
  if (refused !== null) {
    const { who, refusal } = refused;
    return { logs: null, cutOff: `${who} was refused (${refusal.code ?? ''}: ${refusal.message})` };
  }
  const client = `verify-${plan.run}-end`;
  const socket = await connectAnywhere(deployment, client);
  if (stuck.length > 0 && socket === null) {
    return { logs: null, cutOff: 'no instance takes connections any more' };
  }
  try {
    // Before the log is read: what is trimmed in between is below its floor then.
    const unasked = socket === null ? null : await whyUnasked(history, socket);
    return {
      logs: await readLogs(workload.channels, deployment, { client, adminKey }),
      cutOff: null,
      remarks: unasked === null ? [] : [unasked],
    };
  } catch (error) {
    if (!(error instanceof Unable)) throw error;
    return { logs: null, cutOff: error.message.replace(/\.$/, '') };
  } finally {
    if (socket !== null) closeSocket(socket);
  }
}

/** Asks for what is said to be there again; says why it could not, and null where it did. */
async function whyUnasked(history: History, socket: Socket): Promise<string | null> {
  try {
    await askRefills(history, socket);
    return null;
  } catch (error) {
    if (!(error instanceof Unable)) throw error;
    return `what a gap said could be refilled was believed: ${error.message}`;
  }
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1_000;
}
