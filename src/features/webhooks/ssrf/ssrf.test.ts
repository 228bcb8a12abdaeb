import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLoopback, isPublicAddress } from './address.ts';
import { checkUrl, DEFAULT_POLICY } from './url.ts';

const FILE = new URL('../../../../../shared/webhooks/ssrf-urls.json', import.meta.url);
type Labelled = { url: string; expect: 'allow' | 'block'; why: string };
const labelled: Labelled[] = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : [];

const BLOCKED = [
  'https://hooks.contoso.com\t/',
  ' https://hooks.contoso.com/',
  'https://hooks.contoso.com/\n',
  'https://hooks.contoso.com/a b',
  'https://hooks.contoso.com\u00ad/',
  'https://hooks.contoso.com/\u200b',
  'https:hooks.contoso.com/',
  'https:///hooks.contoso.com/',
  'https:/\\hooks.contoso.com/',
  'http://hooks.contoso.com/',
  'https://@hooks.contoso.com/',
  'https://hooks.contoso.com:/',
  'https://hooks.contoso.com:0/',
  'https://hooks.contoso.com:80/',
  'https://hooks.contoso.com:443:443/',
  'https://１２７.0.0.1/',
  'https://127.0.0.1./',
  'https://127。0。0。1/',
  'https://localhost./',
  'https://a.localhost/',
  'https://hooks.contoso.com../',
  'https://.contoso.com/',
  'https://hooks..contoso.com/',
  'https://-hooks.contoso.com/',
  'https://ⓒontoso.com/',
  'https://hooks.contoso.123/',
  'https://1.2.3.4.5/',
  'https://0/',
  'https://224.0.0.1/',
  'https://255.255.255.255/',
  'https://198.18.0.1/',
  'https://240.0.0.1/',
  'https://168.63.129.16/',
  'https://[::ffff:a9fe:a9fe]/',
  'https://[::127.0.0.1]/',
  'https://[2002:7f00:1::]/',
  'https://[2001::1]/',
  'https://[ff02::1]/',
  'https://[fec0::1]/',
  'https://[3fff::1]/',
  'https://[2001:db8::1%25eth0]/',
  'https://[::1%eth0]/',
  'https://[v1.x]/',
  'https://1.0.0.127.in-addr.arpa/',
  'https://vm.internal.cloudapp.net/',
  'https://metadata.goog/computeMetadata/v1/',
  'https://metadata.tencentyun.com/',
  'https://instance-data.ec2.internal/',
  'https://wireserver/',
  'https://host.docker.internal/',
  'https://kubernetes.default.svc.cluster.local/',
  'https://router.home.arpa/',
  'https://ipv4only.arpa/',
  'https://abc.onion/',
  'https://printer.local./',
  'https://\u212Aontoso.com/',
  'https://\u2167.contoso.com/',
  'https://hooks\uff0econtoso\uff0ecom/',
  'https://hooks.contoso.com\uff0fevil/',
  'https://examp\u200dle.com/',
  'https://xn--a/',
  'https://xn--.com/',
  'https://127%2e0%2e0%2e1/',
  'https://%31%32%37.0.0.1/',
  'https://hooks.contoso.com%2f.evil.com/',
  'https://127.0.0.1\\@hooks.contoso.com/',
  'https://hooks.contoso.com@127.0.0.1/',
  'hTTps:\\\\hooks.contoso.com/',
  'https://hooks.contoso.com:08443/',
  'https://hooks.contoso.com:8443x/',
  'https://8.8.8.8./',
  'https://134744072/',
  'https://8.8.2056/',
  'https://1.2.3/',
  'https://256.1.1.1/',
  'https://192.0.0.192/',
  'https://192.52.193.1/',
  'https://[::1%25lo]/',
  'https://[127.0.0.1]/',
  'https://%5b::1%5d/',
  'https://[::ffff:0:127.0.0.1]/',
  'https://[64:ff9b:1::a00:1]/',
  'https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/',
  'https://[2a00:1450:4001:82a:0:5efe:a9fe:a9fe]/',
  'https://[2a00:1450:4001:82a:200:5efe:a00:1]/',
  'https://[3ffe::1]/',
  'https://[5f00::1]/',
  'https://[fd20:ce::254]/',
  'https://[2001:20::1]/',
  'https://[2620:4f:8000::1]/',
  `https://hooks.contoso.com/${'a'.repeat(2048)}`,
  '',
  'https',
];
const ALLOWED = [
  'HTTPS://Hooks.Contoso.COM/',
  'https://hooks.contoso.com?x=y',
  'https://hooks.contoso.com#x',
  'https://hooks.contoso.com:443/',
  'https://münchen.contoso.com/',
  'https://hooks.contoso.com/@user:pw',
  'https://hooks.contoso.com/%00',
  'https://my_hooks.contoso.com/',
  'https://[2a00:1450:4001:82a::200e]:8443/x',
  'https://9.255.255.255/',
  'https://100.63.255.255/',
  'https://100.128.0.1/',
  'https://metadata.contoso.com/',
  'https://internal.contoso.com/',
  'https://127.0.0.1.contoso.com/',
  'https://m\u00dcnchen.contoso.com/',
  'https://fa\u00df.contoso.com/',
  'https://xn--mnchen-3ya.contoso.com/',
  'https://contoso.com/?next=http://127.0.0.1/',
  'https://contoso.webhook.office.com/webhookb2/x@y/IncomingWebhook/z',
  'https://[2001:4860:4860::8888]/',
];

describe('checkUrl', () => {
  it.runIf(labelled.length > 0)('judges every labelled URL right', () => {
    const wrong = labelled.filter(({ url, expect: wanted }) => checkUrl(url).ok !== (wanted === 'allow'));

    expect(wrong).toEqual([]);
  });

  it.each(BLOCKED)('refuses %j', (url) => {
    expect(checkUrl(url).ok).toBe(false);
  });

  it.each(ALLOWED)('accepts %j', (url) => {
    expect(checkUrl(url)).toMatchObject({ ok: true });
  });

  it('opens loopback and http only by policy, and nothing else with them', () => {
    const local = { ...DEFAULT_POLICY, allowHttp: true, allowLoopback: true };

    const allowed = [
      'http://127.0.0.1:5000/',
      'http://localhost:5000/',
      'https://[::1]:1/',
      'http://contoso.com/',
    ];
    expect(allowed.map((url) => checkUrl(url, local).ok)).toEqual([true, true, true, true]);
    const refused = [
      'http://10.0.0.1/',
      'http://169.254.169.254/',
      'http://contoso.com:5000/',
      'https://0x7f.1/',
    ];
    expect(refused.map((url) => checkUrl(url, local).ok)).toEqual([false, false, false, false]);
    expect(checkUrl('http://127.0.0.1/', { ...local, allowLoopback: false }).ok).toBe(false);
    expect(checkUrl('http://127.0.0.1/', { ...local, allowHttp: false }).ok).toBe(false);
  });

  it('never accepts a spelling of an address that is not public, and never throws', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.tuple(octet, octet, octet, octet), fc.integer({ min: 0, max: 5 }), (octets, form) => {
        const [a, b, c, d] = octets;
        const number = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
        const spellings = [
          String(number),
          `0x${number.toString(16)}`,
          `0${number.toString(8)}`,
          octets.join('.'),
          `${a}.${((b << 16) | (c << 8) | d) >>> 0}`,
          `[::ffff:${octets.join('.')}]`,
        ];
        const { ok } = checkUrl(`https://${spellings[form]}/`);
        return !ok || isPublicAddress(octets.join('.'));
      }),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !checkUrl(text).ok || true));
  });
});

describe('addresses', () => {
  it('are public only where they are global unicast', () => {
    expect(['8.8.8.8', '2606:4700:4700::1111', '168.63.129.17'].map(isPublicAddress)).toEqual([
      true,
      true,
      true,
    ]);
    const refused = ['168.63.129.16', '4000::1', '::ffff:8.8.8.8', 'fe80::1%eth0', 'x', '64:ff9b::808:808'];
    expect(refused.filter(isPublicAddress)).toEqual([]);
    expect(['127.9.9.9', '::1', '10.0.0.1', 'localhost'].map(isLoopback)).toEqual([true, true, false, false]);
  });
});
