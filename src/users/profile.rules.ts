/** What the platform's API tells of a user, in the words its callers know. */

/** How a user is known to an identity provider. */
export interface IdentityView {
  readonly provider: string;
  readonly connection: string;
  readonly providerUserId: string;
  readonly isSocial: boolean;
  /** The token the identity provider gave, sealed or open as the place says; null where there is none. */
  readonly accessToken: string | null;
}

/** A user as stored. */
export interface UserView {
  readonly id: string;
  readonly accountNumber: number;
  readonly connection: string;
  readonly email: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** In the order of the profile. */
  readonly identities: readonly IdentityView[];
}

/** An element of a profile's `identities`. */
export interface ProfileIdentity {
  readonly provider: string;
  readonly connection: string;
  readonly user_id: string;
  readonly isSocial: boolean;
  readonly access_token?: string;
}

/** A user profile. */
export interface Profile {
  readonly user_id: string;
  readonly email: string;
  readonly name: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly identities: readonly ProfileIdentity[];
}

/** Whether, and why, a profile carries the tokens of identity providers. */
export interface TokensShown {
  readonly shown: boolean;
  /** They are shown only because the account still has the old behaviour. */
  readonly asBefore: boolean;
}

/**
 * Who gets the tokens of identity providers: before, everybody who gets the profile; after, who has the scope.
 *
 * @param isOn whether the gate IDP_TOKENS is on for the account
 * @param hasScope whether the caller came with `read:user_idp_tokens`
 */
export function tokensShown(user: UserView, isOn: boolean, hasScope: boolean): TokensShown {
  const holdsTokens = user.identities.some(({ accessToken }) => accessToken !== null);
  return { shown: hasScope || !isOn, asBefore: holdsTokens && !isOn && !hasScope };
}

/**
 * The profile of a user.
 *
 * @param open opens a sealed token, by its position among the identities; null leaves all of them out
 */
export function profileOf(user: UserView, open: ((sealed: string, position: number) => string) | null): Profile {
  return {
    user_id: user.id,
    email: user.email,
    name: user.name,
    created_at: user.createdAt.toISOString(),
    updated_at: user.updatedAt.toISOString(),
    identities: user.identities.map(({ provider, connection, providerUserId, isSocial, accessToken }, position) => ({
      provider,
      connection,
      user_id: providerUserId,
      isSocial,
      ...(open && accessToken !== null && { access_token: open(accessToken, position) }),
    })),
  };
}
