const IMPLICIT_TLS_PORT = 465;

/** How a connection to a mail server is secured. */
export interface SmtpSecurity {
  /** TLS from the first byte. */
  readonly secure: boolean;
  /** STARTTLS before anything else; where the server offers none, no mail is sent. */
  readonly requireTLS: boolean;
}

/**
 * Port 465 speaks TLS from the first byte; the others begin it by STARTTLS where the server offers that, and always before
 * a login. Only to a server that the operator vouches for, usually in the platform's own network, may a login go in clear.
 */
export function smtpSecurity(port: number, hasLogin: boolean, trusted: boolean): SmtpSecurity {
  const secure = port === IMPLICIT_TLS_PORT;
  return { secure, requireTLS: !secure && hasLogin && !trusted };
}
