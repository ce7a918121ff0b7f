/** Who may send the mail of an account's users. */
export const PROVIDERS = ['BUILT_IN', 'SES', 'MANDRILL', 'SENDGRID', 'SMTP'] as const;

/** See {@link PROVIDERS}. */
export type ProviderName = (typeof PROVIDERS)[number];

/** A provider of an account's own with everything it needs, secrets opened: kept in memory only as long as mail is sent. */
export type ProviderAccess =
  | {
      readonly provider: 'SES';
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly region: string;
      readonly configurationSet: string | null;
    }
  | { readonly provider: 'MANDRILL'; readonly apiKey: string; readonly viewContentLink: boolean }
  | { readonly provider: 'SENDGRID'; readonly apiKey: string }
  | {
      readonly provider: 'SMTP';
      readonly host: string;
      readonly port: number;
      /** Null for a server that asks for no login; then there is no password either. */
      readonly user: string | null;
      readonly password: string | null;
      /** Further headers of every mail, e.g. `X-SES-Configuration-Set`. */
      readonly headers: Readonly<Record<string, string>>;
    };
