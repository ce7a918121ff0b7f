import { randomBytes } from 'node:crypto';
import { validName } from '../accounts/accounts.rules.ts';
import { refuseRuntime, requireAccount } from '../accounts/visibility.ts';
import type { Actor } from '../auth/actor.ts';
import { requireScope } from '../auth/scopes.rules.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import { writeEvents } from '../events/log.ts';
import type { Wake } from '../events/wake.ts';
import { cursorKey, type Page, pageOf, type PageRequest, pageSize } from '../pagination.ts';
import { placeOfApplicationSecret } from '../secrets/places.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { type ApplicationView, findApplication, insertApplication, listApplications } from './applications.repository.ts';
import { requireUserManager } from './permission.ts';

const ID_BYTES = 24;
const SECRET_BYTES = 48;
const MAX_ID_LENGTH = 128;

/** An application at the one moment its secret can be seen. */
export interface CreatedApplication extends ApplicationView {
  /** Signs its id_tokens. */
  readonly secret: string;
}

/** What an application is to the services it calls. */
export interface Application {
  readonly id: string;
  readonly accountNumber: number;
  readonly name: string;
}

/** The programs of accounts that sign their users in. */
export class ApplicationsService {
  constructor(
    private readonly db: Database,
    private readonly wake: Pick<Wake, 'ring'>,
    private readonly clock: Clock,
    private readonly secrets: SecretBox,
  ) {}

  /**
   * Makes an application. Its secret is shown this once and stored sealed.
   *
   * @param id a client_id of one's own choice, e.g. one that is in use elsewhere; left out: a random one
   * @throws GracelineError FORBIDDEN, NOT_FOUND, INVALID_INPUT, KEY_TAKEN
   */
  async createApplication(actor: Actor, accountId: string, name: string, id?: string): Promise<CreatedApplication> {
    requireUserManager(actor);
    const { number: accountNumber } = await requireAccount(this.db, actor, accountId);
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const created = { id: clientId(id), name: validName(name), createdAt: this.clock.now() };
    await this.db.transaction(async (tx) => {
      const sealed = this.secrets.seal(secret, placeOfApplicationSecret(created.id));
      if (!(await insertApplication(tx, { ...created, accountNumber, secret: sealed })))
        throw new GracelineError('KEY_TAKEN', 'There is an application of this client_id already. Choose another, or leave it out.');
      const data = { application: created.id, name: created.name };
      await writeEvents(tx, actor, created.createdAt, [{ type: 'APPLICATION_CREATED', accountNumber, data }]);
    });
    this.wake.ring();
    return { ...created, secret };
  }

  /**
   * The applications of an account, by client_id.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND, INVALID_INPUT, INVALID_CURSOR
   */
  async applications(actor: Actor, accountId: string, page: PageRequest): Promise<Page<ApplicationView>> {
    refuseRuntime(actor);
    requireScope(actor, 'migrations:read', 'read:users');
    const first = pageSize(page.first);
    const after = cursorKey(page.after, ['string'])?.[0] as string | undefined;
    const { number } = await requireAccount(this.db, actor, accountId);
    const rows = await listApplications(this.db, number, after ?? null, first + 1);
    return pageOf(
      rows,
      first,
      ({ id }) => [id],
      (application) => application,
    );
  }

  /**
   * The application that calls.
   *
   * @throws GracelineError NOT_FOUND: whether a client_id exists is no secret, every page of the application shows it
   */
  async application(id: string): Promise<Application> {
    const found = await findApplication(this.db, id);
    if (found) return found;
    throw new GracelineError('NOT_FOUND', 'There is no application of this client_id. Check it in the list of applications.', {
      field: 'client_id',
    });
  }

  /**
   * The key of an application's signatures: for whoever signs or checks, never for an answer.
   *
   * @returns undefined where there is no such application
   * @throws GracelineError SECRET_UNREADABLE
   */
  async secretOf(id: string): Promise<string | undefined> {
    const found = await findApplication(this.db, id);
    return found && this.secrets.open(found.secret, placeOfApplicationSecret(id));
  }
}

function clientId(given: string | undefined): string {
  if (given === undefined) return randomBytes(ID_BYTES).toString('base64url');
  if (given.length <= MAX_ID_LENGTH && /^[\w-]+$/.test(given)) return given;
  throw new GracelineError('INVALID_INPUT', `A client_id takes 1 to ${MAX_ID_LENGTH} letters, digits, "_" and "-".`, { field: 'clientId' });
}
