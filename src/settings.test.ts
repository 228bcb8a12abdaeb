import { describe, expect, it } from 'vitest';
import { describeSettings, readSettings, SettingsError } from './settings.ts';

const good = {
  TENANT_ID: '11111111-1111-4111-8111-111111111111',
  STORAGE_CONNECTION_STRING: 'UseDevelopmentStorage=true',
  ServiceBus: 'Endpoint=sb://x',
};

describe('readSettings', () => {
  it('fills in defaults, and cannot be changed', () => {
    const settings = readSettings(good);

    expect(settings).toMatchObject({ SYNC_SCHEDULE: '0 */15 * * * *', GRAPH_LAG_SECONDS: 300 });
    expect(Object.isFrozen(settings)).toBe(true);
  });

  it('has one readable line for each problem, and shows no value', () => {
    const wrong = {
      ...good,
      TENANT_ID: 'secret-value',
      GRAPH_LAG_SECONDS: 'secret-too',
      LOG_LEVEL: 'loud',
      ServiceBus: '',
    };

    const read = () => readSettings(wrong);

    expect(read).toThrow(SettingsError);
    expect(read).toThrow(/^(setting \w+: .+\(docs\/settings\.md\)\n?){3,}$/);
    expect(read).not.toThrow(/secret/);
  });

  it('asks for storage and Service Bus in one way or the other', () => {
    const azure = {
      TENANT_ID: good.TENANT_ID,
      STORAGE_TABLE_ENDPOINT: 'https://x.table.core.windows.net',
      STORAGE_BLOB_ENDPOINT: 'https://x.blob.core.windows.net',
      ServiceBus__fullyQualifiedNamespace: 'x.servicebus.windows.net',
    };

    expect(() => readSettings(azure)).not.toThrow();
    expect(() => readSettings({ TENANT_ID: good.TENANT_ID })).toThrow(
      /STORAGE_TABLE_ENDPOINT[\s\S]*ServiceBus__fullyQualifiedNamespace/,
    );
  });

  it('splits the list of subscriptions', () => {
    const settings = readSettings({
      ...good,
      AZURE_SUBSCRIPTION_IDS: `${good.TENANT_ID}, ${good.TENANT_ID.toUpperCase()}`,
    });

    expect(settings.AZURE_SUBSCRIPTION_IDS).toEqual([good.TENANT_ID, good.TENANT_ID]);
  });
});

describe('describeSettings', () => {
  it('says of every setting what it is', () => {
    const settings = describeSettings();

    expect(settings.filter(({ description }) => description.length < 20)).toEqual([]);
    expect(settings.find(({ name }) => name === 'TENANT_ID')).toMatchObject({ required: true });
    expect(settings.find(({ name }) => name === 'MAX_BODY_KB')).toMatchObject({
      default: '4096',
      unit: 'KiB',
    });
  });
});
