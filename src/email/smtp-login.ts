/** Who logs in to a mail server. */
export interface SmtpLogin {
  readonly user: string;
  readonly password: string;
}

/** The login of an address such as SMTP_URL; null where it has none. */
export function loginOf(smtpUrl: string): SmtpLogin | null {
  const { username, password } = new URL(smtpUrl);
  return username || password ? { user: decoded(username), password: decoded(password) } : null;
}

/** What of a login must not be shown. Servers that repeat it do so as it came, and AUTH PLAIN is one word of both parts. */
export function secretsOf(login: SmtpLogin | null): string[] {
  return login ? [login.password, `\0${login.user}\0${login.password}`] : [];
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
