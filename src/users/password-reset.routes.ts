import { ERROR_STATUS, GracelineError } from '../errors.ts';
import { optionalText, requiredText } from '../http/fields.ts';
import { json, pagePolicy, type RouteRequest, type RouteResponse, type Routes } from '../http/route.ts';
import { type LinkOutcome, type PasswordResetService, RESET_PATH } from './password-reset.service.ts';
import { changedPage, formPage, gonePage } from './reset-page.ts';
import { LONG, SHORT } from './users.routes.ts';

const SENT = 'If this address belongs to a user here, we have just sent it an email to set a new password.';
const CHANGED = 'Your password was changed. You can sign in with it now.';

/** Asking for a new password, and the page that the link of the mail opens. */
export function passwordResetRoutes(service: PasswordResetService, platformName: string): Routes {
  return {
    'POST /dbconnections/change_password': async ({ body, headers }: RouteRequest) => {
      await service.ask({
        clientId: requiredText(body, 'client_id', SHORT),
        connection: requiredText(body, 'connection', SHORT),
        email: requiredText(body, 'email', SHORT),
        password: optionalText(body, 'password', LONG),
      });
      if (headers.accept?.includes('application/json')) return json(200, { message: SENT });
      return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }, body: SENT };
    },

    [`GET ${RESET_PATH}`]: ({ method, query }: RouteRequest) => {
      const ticket = query.get('ticket') ?? '';
      return answered(platformName, async () => outcomePage(ticket, await service.open(ticket, method === 'GET')));
    },

    [`POST ${RESET_PATH}`]: ({ body }: RouteRequest) =>
      answered(platformName, async () => {
        const ticket = optionalText(body, 'ticket', SHORT) ?? '';
        try {
          return outcomePage(ticket, await service.change(ticket, repeated(body)));
        } catch (error) {
          if (!(error instanceof GracelineError) || !['INVALID_PASSWORD', 'RATE_LIMITED'].includes(error.code)) throw error;
          const { accountName, resultUrl } = await service.open(ticket, false);
          return page(ERROR_STATUS[error.code], formPage(accountName, ticket, error.message), resultUrl);
        }
      }),
  };
}

/** The password, given twice alike; programs may leave out the second. */
function repeated(body: RouteRequest['body']): string {
  const password = optionalText(body, 'password', LONG) ?? '';
  if (password === (optionalText(body, 'password_repeated', LONG) ?? password)) return password;
  throw new GracelineError('INVALID_PASSWORD', 'The two passwords differ. Type the same twice.');
}

function outcomePage(ticket: string, { kind, accountName, resultUrl }: LinkOutcome): RouteResponse {
  if (kind === 'asks') return page(200, formPage(accountName, ticket, null), resultUrl);
  if (resultUrl === null) return page(200, changedPage(accountName, CHANGED), null);
  const location = new URL(resultUrl);
  location.searchParams.set('success', 'true');
  location.searchParams.set('message', CHANGED);
  return { status: 303, headers: { location: location.href, 'cache-control': 'no-store' }, body: '' };
}

/** People see a page for a link that does not open, too. */
async function answered(platformName: string, work: () => Promise<RouteResponse>): Promise<RouteResponse> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GracelineError && error.code === 'INVALID_LINK')
      return page(ERROR_STATUS.INVALID_LINK, gonePage(platformName, error.message), null);
    throw error;
  }
}

/** @param resultUrl where the form leads in the end: browsers hold a form's redirects to its policy, too */
function page(status: number, body: string, resultUrl: string | null): RouteResponse {
  const targets = resultUrl === null ? ["'self'"] : ["'self'", new URL(resultUrl).origin];
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex',
      'content-security-policy': pagePolicy(targets),
    },
    body,
  };
}
