/** Makes a certificate for a name, signed by itself: DER by hand (X.509, RFC 5280), because Node reads certificates and writes none. */
import { generateKeyPairSync, sign } from 'node:crypto';

const [SEQUENCE, SET, OID, INTEGER, BIT_STRING, OCTET_STRING, UTF8, TIME] = [0x30, 0x31, 0x06, 0x02, 0x03, 0x04, 0x0c, 0x18] as const;
const VERSION_3 = Buffer.from('a003020102', 'hex');
const ECDSA_WITH_SHA256 = Buffer.from('300a06082a8648ce3d040302', 'hex');
const COMMON_NAME = Buffer.from('550403', 'hex');
const SUBJECT_ALT_NAME = Buffer.from('551d11', 'hex');
const [EXTENSIONS, DNS_NAME] = [0xa3, 0x82];

/** A key and its certificate, in PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A new certificate for one DNS name, good for all of our days. */
export function certificateFor(dnsName: string): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, der(OID, COMMON_NAME), der(UTF8, Buffer.from(dnsName)))));
  const validity = der(SEQUENCE, der(TIME, Buffer.from('20200101000000Z')), der(TIME, Buffer.from('20991231235959Z')));
  const altName = der(SEQUENCE, der(OID, SUBJECT_ALT_NAME), der(OCTET_STRING, der(SEQUENCE, der(DNS_NAME, Buffer.from(dnsName)))));
  const certified = der(
    SEQUENCE,
    VERSION_3,
    der(INTEGER, Buffer.from([1])),
    ECDSA_WITH_SHA256,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(EXTENSIONS, der(SEQUENCE, altName)),
  );
  const signature = der(BIT_STRING, Buffer.from([0]), sign('sha256', certified, privateKey));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: pem(der(SEQUENCE, certified, ECDSA_WITH_SHA256, signature)),
  };
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function pem(bytes: Buffer): string {
  // None after the last: OpenSSL takes an empty line for the end of what it reads.
  const lines = bytes.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
