import { randomBytes } from 'node:crypto';
import { requireAccount, visibleAccounts } from '../accounts/visibility.ts';
import type { Actor } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import type { RateLimits } from '../db/rate-limits.ts';
import { GracelineError } from '../errors.ts';
import { writeEvents } from '../events/log.ts';
import type { Wake } from '../events/wake.ts';
import type { GatesService } from '../gates/gates.service.ts';
import { type Place, placeOfIdentity } from '../secrets/places.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import type { ApplicationsService } from './applications.service.ts';
import { audienceOf, notOurs, signIdToken, verifyIdToken } from './id-token.ts';
import { requireUserManager, requireUserReader } from './permission.ts';
import type { Passwords } from './passwords.ts';
import { type IdentityView, type Profile, profileOf, tokensShown, type UserView } from './profile.rules.ts';
import { findUser, findUserByEmail, findUsers, insertUser, type StoredUser } from './users.repository.ts';
import { checkedUser, type CheckedUser, type NewUser, OWN_PROVIDER, USER_LIMITS } from './users.rules.ts';

/** In all of an account's applications together. */
const SIGN_INS_OF_ACCOUNT = { points: 300, seconds: 60 };
/** With one address. */
const SIGN_INS_OF_USER = { points: 10, seconds: 60 };
const OWN_ID_BYTES = 12;

/** What a person signs in with. */
export interface Credentials {
  readonly clientId: string;
  readonly connection: string;
  /** Their address. */
  readonly username: string;
  readonly password: string;
}

/** What {@link UsersService} is made of. */
export interface UsersParts {
  readonly db: Database;
  readonly wake: Pick<Wake, 'ring'>;
  readonly clock: Clock;
  readonly secrets: SecretBox;
  readonly gates: GatesService;
  readonly limits: RateLimits;
  readonly passwords: Passwords;
  readonly applications: ApplicationsService;
  /** Issues id_tokens: the platform's public address. */
  readonly issuer: string;
}

/** The users of accounts, their profiles, and how they sign in. */
export class UsersService {
  constructor(private readonly parts: UsersParts) {}

  /**
   * Makes a user of an account. Ids and addresses are taken within it only: a refusal tells of no other account's users.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND, INVALID_INPUT, INVALID_EMAIL, INVALID_PASSWORD, KEY_TAKEN
   */
  async createUser(actor: Actor, accountId: string, input: NewUser): Promise<UserView> {
    requireUserManager(actor);
    const { db, clock, wake } = this.parts;
    const { number: accountNumber } = await requireAccount(db, actor, accountId);
    const checked = checkedUser(input);
    const user = await this.newUser(checked, accountNumber, clock.now());
    await db.transaction(async (tx) => {
      if (!(await insertUser(tx, user)))
        throw new GracelineError('KEY_TAKEN', 'There is a user of this address or first identity already. Choose another.');
      const data = { user: user.id, connection: user.connection };
      await writeEvents(tx, actor, user.createdAt, [{ type: 'USER_CREATED', accountNumber, data }]);
    });
    wake.ring();
    return user;
  }

  /**
   * The profile of a user, with the tokens of identity providers for who may have them.
   *
   * @param accountId whose user; null to look on every account the caller sees
   * @throws GracelineError FORBIDDEN; NOT_FOUND, also for a user of an account that is not theirs; ACCOUNT_NEEDED where
   *   several accounts have a user of this id
   */
  async profile(actor: Actor, userId: string, accountId: string | null): Promise<Profile> {
    requireUserReader(actor);
    const users = userId.length > USER_LIMITS.id ? [] : await this.usersOf(actor, userId, accountId);
    const [user] = users;
    if (!user) throw new GracelineError('NOT_FOUND', 'There is no user of this id. Check it.');
    if (users.length > 1)
      throw new GracelineError('ACCOUNT_NEEDED', 'Several accounts have a user of this id. Add "?account=" with the id of one.', {
        field: 'account',
      });
    return this.profileFor(user, actor.subject, actor.scopes.includes('read:user_idp_tokens'));
  }

  /**
   * Signs a person in.
   *
   * @returns their id_token
   * @throws GracelineError NOT_FOUND for an unknown application, RATE_LIMITED, or UNAUTHENTICATED, after the same work
   *   whether the address or the password is wrong
   */
  async signIn({ clientId, connection, username, password }: Credentials): Promise<string> {
    const { db, applications, limits, passwords, clock, issuer } = this.parts;
    const { accountNumber } = await applications.application(clientId);
    const email = username.trim().toLowerCase();
    await limits.take('sign-in-account', String(accountNumber), SIGN_INS_OF_ACCOUNT);
    await limits.take('sign-in-user', JSON.stringify([accountNumber, connection, email]), SIGN_INS_OF_USER);
    const user = await findUserByEmail(db, accountNumber, connection, email);
    const matches = await passwords.matches(password, user?.passwordHash ?? null, accountNumber);
    if (!user || !matches) throw new GracelineError('UNAUTHENTICATED', 'The address or the password is wrong. Check both.');
    const [profile, secret] = await Promise.all([this.profileFor(user, clientId, false), applications.secretOf(clientId)]);
    return signIdToken(profile, secret!, { issuer, audience: clientId }, clock.now());
  }

  /**
   * The profile behind an id_token.
   *
   * @throws GracelineError UNAUTHENTICATED where the token is not ours, has expired, or its user is gone
   */
  async profileOfToken(idToken: string): Promise<Profile> {
    const { db, applications, clock, issuer } = this.parts;
    const audience = audienceOf(idToken);
    const secret = await applications.secretOf(audience);
    if (secret === undefined) throw notOurs();
    const userId = await verifyIdToken(idToken, secret, { issuer, audience }, clock.now());
    const { accountNumber } = await applications.application(audience);
    const user = await findUser(db, accountNumber, userId);
    if (!user) throw notOurs();
    return this.profileFor(user, audience, false);
  }

  private async usersOf(actor: Actor, userId: string, accountId: string | null): Promise<StoredUser[]> {
    const { db } = this.parts;
    if (accountId === null) return findUsers(db, userId, visibleAccounts(actor, 'a', 2));
    const { number } = await requireAccount(db, actor, accountId);
    const user = await findUser(db, number, userId);
    return user ? [user] : [];
  }

  /** @param client whom the account reads of where old behaviour was used */
  private async profileFor(user: StoredUser, client: string, hasScope: boolean): Promise<Profile> {
    const { gates, secrets } = this.parts;
    const { shown, asBefore } = tokensShown(user, await gates.isOn('IDP_TOKENS', user.accountNumber), hasScope);
    if (asBefore) gates.recordUse('IDP_TOKENS', user.accountNumber, client);
    return profileOf(
      user,
      shown ? (sealed, position) => secrets.open(sealed, placeOfIdentity(user.accountNumber, user.id, position)) : null,
    );
  }

  private async newUser(checked: CheckedUser, accountNumber: number, now: Date): Promise<StoredUser> {
    const { email, name, connection, password } = checked;
    const own = { provider: OWN_PROVIDER, connection, providerUserId: randomBytes(OWN_ID_BYTES).toString('hex'), isSocial: false };
    const identities: IdentityView[] = [...checked.identities];
    if (password !== null) identities.push({ ...own, accessToken: null });
    const [{ provider, providerUserId }] = identities as [IdentityView];
    const id = `${provider}|${providerUserId}`;
    return {
      id,
      accountNumber,
      connection,
      email,
      name,
      passwordHash: password === null ? null : await this.parts.passwords.hash(password, accountNumber),
      identities: identities.map((identity, position) => ({
        ...identity,
        accessToken: this.sealed(identity.accessToken, placeOfIdentity(accountNumber, id, position)),
      })),
      createdAt: now,
      updatedAt: now,
    };
  }

  private sealed(token: string | null, place: Place): string | null {
    return token === null ? null : this.parts.secrets.seal(token, place);
  }
}
