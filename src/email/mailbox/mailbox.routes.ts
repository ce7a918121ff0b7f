import { pagePolicy, refusal, type Route, type RouteRequest, type RouteResponse, type Routes } from '../../http/route.ts';
import { listPage, mailPage } from './mailbox-page.ts';
import type { MailboxService } from './mailbox.service.ts';

/**
 * What the HTML of a mail may do, wherever it is opened: show itself. `sandbox` takes its origin away, so that it is a stranger to
 * the page around it.
 */
const MAIL_POLICY =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'";

/**
 * The mails of a platform without a mail server, to look at while developing. Nobody is asked who they are, and mails hold links that
 * sign people in: in production there is nothing here.
 */
export function mailboxRoutes(mailbox: MailboxService, development: boolean): Routes {
  const open = (route: Route): Route => (development ? route : () => refusal(404, 'NOT_FOUND', 'There is nothing at this address.'));
  return {
    'GET /mailbox': open(async () => page(listPage(await mailbox.list(), mailbox.keepsMail))),

    'GET /mailbox/{name}': open(async ({ params }: RouteRequest) => page(mailPage(await mailbox.mail(params['name']!)))),

    'GET /mailbox/{name}/html': open(async ({ params }: RouteRequest) => {
      const { html } = await mailbox.mail(params['name']!);
      const answer = page(html ?? '');
      return { ...answer, headers: { ...answer.headers, 'content-security-policy': MAIL_POLICY, 'x-frame-options': 'SAMEORIGIN' } };
    }),
  };
}

function page(body: string): RouteResponse {
  const policy = `${pagePolicy()}; frame-src 'self'`;
  const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'content-security-policy': policy };
  return { status: 200, headers, body };
}
