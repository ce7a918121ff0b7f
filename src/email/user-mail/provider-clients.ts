import type { EmailProvider, ProviderResult, UserMessage } from '../providers/provider.ts';
import type { ProviderAccess, SendingSettings } from '../settings/email-settings.rules.ts';

/** Long enough to serve the mails of one busy moment on the same connections, short enough to hold no login for nothing. */
const IDLE_MS = 60_000;
/** Clients that nobody uses are closed from the one used longest ago on, where there are more; those in use do not count. */
const MAX_CLIENTS = 256;

interface Client {
  readonly version: number;
  readonly provider: EmailProvider;
  users: number;
  idle: NodeJS.Timeout | undefined;
  /** No longer handed out: closed by its last user. */
  retired: boolean;
}

/** The clients of accounts' own providers, one each, kept while it is used. The one place that holds opened credentials. */
export class ProviderClients {
  /** By account number; used longest ago first. */
  private readonly clients = new Map<number, Client>();

  /**
   * @param open makes the client of a provider
   * @param builtIn what all accounts without a provider of their own share; closed by whoever made it
   */
  constructor(
    private readonly open: (access: ProviderAccess) => EmailProvider,
    private readonly builtIn: EmailProvider,
  ) {}

  /** Makes one attempt with the account's provider. Throws what the provider throws. */
  async send(
    accountNumber: number,
    { access, version }: SendingSettings,
    message: UserMessage,
    signal: AbortSignal,
  ): Promise<ProviderResult> {
    if (access === null) return this.builtIn.send(message, signal);
    const client = this.take(accountNumber, version, access);
    try {
      return await client.provider.send(message, signal);
    } finally {
      this.giveBack(accountNumber, client);
    }
  }

  /** How many clients are open for later use. */
  get size(): number {
    return this.clients.size;
  }

  /** Closes those that nobody uses now; the others close with the end of their last attempt. */
  close(): void {
    for (const [accountNumber, client] of this.clients) this.retire(accountNumber, client);
  }

  private take(accountNumber: number, version: number, access: ProviderAccess): Client {
    let client = this.clients.get(accountNumber);
    if (client && client.version < version) this.retire(accountNumber, client);
    if (client?.version !== version) {
      client = { version, provider: this.open(access), users: 0, idle: undefined, retired: false };
      // Settings read before somebody changed them serve this attempt alone.
      if (this.clients.has(accountNumber)) client.retired = true;
    }
    clearTimeout(client.idle);
    client.users += 1;
    if (!client.retired) {
      this.clients.delete(accountNumber);
      this.clients.set(accountNumber, client);
      this.evict();
    }
    return client;
  }

  private giveBack(accountNumber: number, client: Client): void {
    client.users -= 1;
    if (client.users > 0) return;
    if (client.retired) closeQuietly(client);
    else client.idle = setTimeout(() => this.retire(accountNumber, client), IDLE_MS).unref();
  }

  private evict(): void {
    for (const [accountNumber, client] of this.clients) {
      if (this.clients.size <= MAX_CLIENTS) return;
      if (client.users === 0) this.retire(accountNumber, client);
    }
  }

  private retire(accountNumber: number, client: Client): void {
    clearTimeout(client.idle);
    client.retired = true;
    if (this.clients.get(accountNumber) === client) this.clients.delete(accountNumber);
    if (client.users === 0) closeQuietly(client);
  }
}

/** A connection that does not end in good order ends anyway; no mail depends on it. */
function closeQuietly({ provider }: Client): void {
  void provider.close().catch(() => undefined);
}
