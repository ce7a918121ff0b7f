import { HostGuard, type Lookup, type Purpose } from '../../outbound/host-guard.ts';

/** The ports on which mail is handed in: relay, implicit TLS, submission, and its usual substitute. */
export const SMTP_PORTS: readonly number[] = [25, 465, 587, 2525];

const SMTP: Purpose = {
  ports: SMTP_PORTS,
  says: {
    noHost: 'That is no mail server. Give a name such as smtp.example.com.',
    wrongPort: (port) => `Mail is not handed in on port ${port}. Use one of ${SMTP_PORTS.join(', ')}.`,
    notPublic: (name) => `${name} is not on the public internet. Give a mail server that everybody can reach.`,
    unknownName: (name) => `DNS knows no address of ${name}. Check the name of the mail server.`,
  },
};

/** Says which mail servers an account may name; see {@link HostGuard}. */
export class SmtpGuard extends HostGuard {
  /**
   * @param trusted TRUSTED_SMTP_SERVERS
   * @param lookup DNS; given by tests
   */
  constructor(trusted: readonly string[], lookup?: Lookup) {
    super(SMTP, trusted, lookup);
  }
}
