import { createTransport, type SendMailOptions } from 'nodemailer';

const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });

/** Writes a message as the bytes that travel, in the words of nodemailer. */
export async function composeMessage(options: SendMailOptions): Promise<Buffer> {
  const { message } = await composer.sendMail(options);
  return message as Buffer;
}
