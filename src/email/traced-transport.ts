import type { SpanAttributes, Tracing } from '../tracing/tracing.ts';
import type { MailTransport } from './outgoing-mail.ts';

/**
 * A transport each of whose attempts is a step in the trace of its mail.
 *
 * @param smtpUrl the server; undefined where mails become files
 */
export function traced(transport: MailTransport, tracing: Tracing, smtpUrl: string | undefined): MailTransport {
  if (!tracing.isOn) return transport;
  const facts =
    smtpUrl === undefined ? { name: 'write file' } : { name: 'SMTP', kind: 'CLIENT' as const, attributes: serverOf(new URL(smtpUrl)) };
  return {
    send: (mail, signal) =>
      tracing.step(
        () => facts,
        () => transport.send(mail, signal),
      ),
    close: () => transport.close(),
  };
}

function serverOf({ hostname, port }: URL): SpanAttributes {
  return { 'network.protocol.name': 'smtp', 'server.address': hostname, ...(port && { 'server.port': Number(port) }) };
}
