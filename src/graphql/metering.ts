/** Who pays for operations, and how much one may cost: the same over HTTP and over sockets. */
import type { IncomingMessage } from 'node:http';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Actor } from '../auth/actor.ts';
import { GracelineError } from '../errors.ts';
import { type Budgets, type Payer, payerOf, rateLimited, rateLimitHeaders, type Standing, WRONG_TOKEN_POINTS } from '../http/budgets.ts';
import type { ClientAddress } from '../http/client-address.ts';
import { costOf } from './costs.ts';

/** What metering needs to know. */
export interface MeteringOptions {
  /** Points one operation may cost. */
  readonly maxCost: number;
  readonly budgets: Budgets;
  /** Where strangers come from. */
  readonly addressOf: ClientAddress;
}

/** One request, or one operation on a socket, on its way: what it was charged so far. */
export class Charge {
  private payer: Payer | null = null;
  private standing: Standing | null = null;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly options: MeteringOptions,
    private readonly request: IncomingMessage,
  ) {}

  /**
   * Takes the first point, before anything is read of the operation.
   *
   * @param actor who asks; null for a stranger
   * @throws GracelineError RATE_LIMITED
   */
  async begin(actor: Actor | null): Promise<void> {
    await this.take(
      payerOf(actor, () => this.options.addressOf(this.request)),
      1,
    );
  }

  /**
   * Charges the address of whoever comes with a wrong token.
   *
   * @param refusal of the token; where it is not the token that is wrong, nothing is taken
   * @throws GracelineError RATE_LIMITED, in the place of what is wrong with the token
   */
  async failed({ code }: GracelineError): Promise<void> {
    if (code === 'UNAUTHENTICATED')
      await this.take(
        payerOf(null, () => this.options.addressOf(this.request)),
        WRONG_TOKEN_POINTS,
      );
  }

  /**
   * Takes what an operation costs beyond the first point. Called once it is known to be valid, before it runs.
   *
   * @throws GracelineError TOO_COSTLY, RATE_LIMITED
   */
  async pay(document: DocumentNode, operation: OperationDefinitionNode, variables: Readonly<Record<string, unknown>>): Promise<void> {
    const cost = costOf(this.schema, document, operation, variables);
    const { maxCost } = this.options;
    if (cost > maxCost) {
      throw new GracelineError(
        'TOO_COSTLY',
        `The operation costs ${cost} points; one may cost ${maxCost}. Ask for fewer items with "first", or for less of each, and the rest in further requests.`,
        { cost, maxCost },
      );
    }
    if (cost > 1 && this.payer) await this.take(this.payer, cost - 1, cost);
  }

  /** The standard fields of an answer; none before anything was taken. */
  headers(): Record<string, string> {
    return this.standing ? rateLimitHeaders(this.standing) : {};
  }

  private async take(payer: Payer, points: number, cost?: number): Promise<void> {
    this.payer = payer;
    const taken = await this.options.budgets.take(payer, points);
    this.standing = taken;
    if (!taken.enough) throw rateLimited(taken, cost);
  }
}
