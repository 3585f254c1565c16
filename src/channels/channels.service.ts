import { Inject, Injectable } from '@nestjs/common';
import { CarillonError } from '../protocol/carillon-error.js';
import {
  type ChannelName,
  EVERYONE,
  isClientChannel,
  isServerChannel,
  namespaceOf,
  tagChannel,
  userChannel,
} from '../protocol/channel-name.js';
import type { HistoryReply } from '../protocol/commands/history.js';
import type { PublishReply } from '../protocol/commands/publish.js';
import type { Message } from '../protocol/message.js';
import type { Priority } from '../protocol/priority.js';
import {
  type Appended,
  BROKER,
  type Broker,
  type ChannelFacts,
  type Publication,
} from '../broker/broker.port.js';
import type { NamespacePolicy } from '../config/config.js';
import { type Caller, type Principal, publisherOf } from '../identity/caller.js';
import { type Allowance, LimitsService } from '../limits/limits.service.js';
import { Metrics } from '../telemetry/metrics.js';
import { type HistoryQuery, HistoryReader } from './history-reader.js';
import { NamespacePolicies } from './namespace-policies.js';
import { publicationOf, type PublishRequest, requirePriority } from './publication-of.js';
import type { ToldLimits } from './publish-limits.js';
import { PUBLISH_RELAY, type PublishRelay } from './publish-relay.port.js';
import { Verdicts } from './verdicts.js';

/** A session's publish: as the request, and whether it wants to hear itself. */
export interface SessionPublish extends PublishRequest {
  readonly channel: string;
  readonly echo?: boolean | undefined;
}

/** What a broadcast says beside the message itself. */
export interface ServerPublish extends PublishRequest {
  readonly broadcast: NonNullable<Message['broadcast']>;
  readonly except?: readonly string[];
  readonly releaseTogether?: boolean;
}

/** The rules of channels: may I, is it well-formed, which policy; publish and history. */
@Injectable()
export class ChannelsService {
  constructor(
    @Inject(BROKER) private readonly broker: Broker,
    @Inject(PUBLISH_RELAY) private readonly relay: PublishRelay,
    private readonly policies: NamespacePolicies,
    private readonly verdicts: Verdicts,
    private readonly historyReader: HistoryReader,
    private readonly limits: LimitsService,
    private readonly metrics: Metrics,
  ) {}

  /** The channels that every session of a caller follows from its start. */
  serverChannelsOf({ user, tags }: Caller): readonly ChannelName[] {
    return [EVERYONE, userChannel(user), ...tags.map(tagChannel)];
  }

  /** The checked name; rejects with `channel_invalid` or `forbidden`. */
  async requireSubscribe(caller: Caller, name: string): Promise<ChannelName> {
    const channel = requireClientChannel(name);
    await this.verdicts.require(caller, 'subscribe', channel);
    return channel;
  }

  /** Whether a subscription that exists may stay. */
  maySubscribe(caller: Caller, channel: ChannelName): Promise<boolean> {
    return this.verdicts.allows(caller, 'subscribe', channel);
  }

  async requirePresence(caller: Caller, name: string): Promise<ChannelName> {
    const channel = requireClientChannel(name);
    await this.verdicts.require(caller, 'presence', channel);
    return channel;
  }

  /** Whether members of the channel are kept at all. */
  hasPresence(channel: ChannelName): boolean {
    return this.policies.policyOf(channel)?.presence ?? false;
  }

  /** What a session of the caller is told of publishing. */
  limitsFor(caller: Caller): ToldLimits {
    return this.policies.limitsFor(caller.grants !== null);
  }

  /** The priority that a message will have; null where the policy knows no such namespace. */
  priorityOf({ channel, priority }: Pick<SessionPublish, 'channel' | 'priority'>): Priority | null {
    return priority ?? this.policies.policyOf(channel)?.priority ?? null;
  }

  /** A publish by a session. Rejects with any code of the contract's publish. */
  async publish(caller: Caller, sessionId: string, request: SessionPublish): Promise<PublishReply> {
    const channel = requireClientChannel(request.channel);
    const asking = this.verdicts.require(caller, 'publish', channel);
    if (asking) await asking;
    const policy = this.#policyOf(channel);
    requirePriority(request.priority, policy);
    const origin = {
      publisher: publisherOf(caller.user),
      from: { user: caller.user, name: caller.name },
      ...(request.echo === false ? { own: sessionId } : {}),
    };
    const publication = publicationOf(channel, request, origin, policy, this.broker.now());
    const counting = this.#count(channel, policy, caller.user);
    if (counting) await counting;
    return this.#append(publication);
  }

  /** A publish by an administrator or a back end, to a client channel. */
  async publishAs(
    principal: Principal,
    request: PublishRequest & { readonly channel: string },
  ): Promise<PublishReply> {
    const channel = requireClientChannel(request.channel);
    const origin = { publisher: principal.publisher, from: null };
    const policy = this.#policyOf(channel);
    const publication = publicationOf(channel, request, origin, policy, this.broker.now());
    const counting = this.#count(channel, policy, principal.user);
    if (counting) await counting;
    return this.#append(publication);
  }

  /** What is left of the rates that a publish here counts against; null: nothing limits it. */
  allowance(principal: Principal, name: string): Allowance | null {
    const rules = this.policies.policyOf(name);
    if (rules === null) return null;
    return this.limits.allowance({ namespace: namespaceOf(name), rules, user: principal.user });
  }

  /** One copy of a broadcast, to any channel. */
  async publishServer(
    principal: Principal,
    channel: ChannelName,
    copy: ServerPublish,
  ): Promise<PublishReply> {
    return this.#append(this.#copyFor(principal, channel, copy));
  }

  requireFit(principal: Principal, channel: ChannelName, copy: ServerPublish): void {
    this.#copyFor(principal, channel, copy);
  }

  #copyFor(
    principal: Principal,
    channel: ChannelName,
    { broadcast, except, releaseTogether, ...request }: ServerPublish,
  ): Publication {
    const origin = {
      publisher: principal.publisher,
      from: null,
      broadcast,
      ...(except === undefined ? {} : { except }),
      ...(releaseTogether === undefined ? {} : { releaseTogether }),
    };
    if (!isServerChannel(channel)) requireClientChannel(channel);
    const policy = this.#policyOf(channel);
    return publicationOf(channel, request, origin, policy, this.broker.now());
  }

  /** A page of history for a session; of its own `$` channels too, so that a gap there can be refilled. */
  async history(
    caller: Caller,
    { channel: name, ...query }: HistoryQuery & { readonly channel: string },
  ): Promise<HistoryReply> {
    const own = this.serverChannelsOf(caller).find((channel) => channel === name);
    const channel = own ?? requireClientChannel(name);
    if (own === undefined) await this.verdicts.require(caller, 'history', channel);
    return this.historyReader.forSocket(channel, query, caller.user);
  }

  async historyAs(
    _principal: Principal,
    { channel: name, ...query }: HistoryQuery & { readonly channel: string },
  ): Promise<HistoryReply> {
    return this.historyReader.forAdmin(requireChannel(name), query);
  }

  async facts(name: string): Promise<ChannelFacts> {
    const page = await this.broker.read(requireChannel(name), {
      from: 'top',
      limit: 1,
      maxBytes: 1,
    });
    return page.facts;
  }

  purge(name: string): Promise<ChannelFacts> {
    return this.broker.purge(requireChannel(name));
  }

  /** Last, so that what is refused for another reason uses up nothing. Broadcasts are not counted. */
  #count(channel: ChannelName, rules: NamespacePolicy, user: string | null): Promise<void> | null {
    const counting = this.limits.countPublish({ namespace: namespaceOf(channel), rules, user });
    return (
      counting?.catch((error: unknown) => {
        this.metrics.published('refused');
        throw error;
      }) ?? null
    );
  }

  #policyOf(channel: ChannelName): NamespacePolicy {
    const policy = this.policies.policyOf(channel);
    if (policy) return policy;
    throw new CarillonError(
      'forbidden',
      'The namespace of this channel is not in the policy. Name it there, or use another one.',
    );
  }

  async #append(publication: Publication): Promise<PublishReply> {
    const begun = performance.now();
    let appended: Appended;
    try {
      appended = await this.relay.append(publication);
    } catch (error) {
      const isUnknown = error instanceof CarillonError && error.code === 'unavailable';
      this.metrics.published(isUnknown ? 'unknown' : 'refused');
      throw error;
    }
    const seconds = (performance.now() - begun) / 1000;
    switch (appended.outcome) {
      case 'conflict':
        this.metrics.published('conflict', seconds);
        throw new CarillonError(
          'id_conflict',
          'This id was used with other content. Use a new id for a new message.',
        );
      case 'overloaded':
        this.metrics.published('refused', seconds);
        throw new CarillonError('overloaded', 'Too many recent ids in this channel. Slow down.', {
          retryAfterMs: 1000,
        });
      default: {
        this.metrics.published(appended.outcome, seconds);
        const { epoch, offset, at, outcome } = appended;
        const { id, channel } = publication;
        return { id, channel, epoch, offset, at, duplicate: outcome === 'duplicate' };
      }
    }
  }
}

/** A channel that a client may name; anything else is `channel_invalid`. */
export function requireClientChannel(name: string): ChannelName {
  if (isClientChannel(name)) return name;
  throw new CarillonError(
    'channel_invalid',
    'A channel is 1 to 200 of A-Z a-z 0-9 _ . : @ = + - and begins with a letter or a digit.',
  );
}

/** A client channel or one of the server's own, for administrators. */
function requireChannel(name: string): ChannelName {
  if (name === EVERYONE || /^\$(user|tag):[^\s]{1,128}$/u.test(name)) return name as ChannelName;
  return requireClientChannel(name);
}
