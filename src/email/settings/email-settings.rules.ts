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

/** Who sends the mail of an account's users, and with what. */
export interface SendingSettings {
  readonly provider: ProviderName;
  /** Another one after each change, so that connections made with the former are let go of; 0 where nothing was ever set. */
  readonly version: number;
  /** False: no mail goes out to the account's users. */
  readonly enabled: boolean;
  /** The sender of templates that name none; null for the provider's own. */
  readonly defaultFrom: string | null;
  /** Null for BUILT_IN, which needs none. */
  readonly access: ProviderAccess | null;
}
