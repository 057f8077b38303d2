// @vitest-environment node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

type Schema = { $ref?: string; properties?: Record<string, Schema>; items?: Schema; anyOf?: Schema[] };
type Content = { content?: Record<string, { schema: Schema }> };
type Operation = { requestBody?: Content; responses: Record<string, Content> };
type Api = { paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, Schema> } };

/** The product's own description of itself; its tests see to it that it is true. */
const api = JSON.parse(readFileSync(join(import.meta.dirname, '../../../../openapi/openapi.json'), 'utf8')) as Api;

function solve(schema: Schema | undefined): Schema {
  const name = schema?.$ref?.split('/').at(-1);
  if (name) return solve(api.components.schemas[name]);
  return schema?.anyOf ? solve(schema.anyOf.find((one) => one.$ref || one.properties)) : (schema ?? {});
}
const bodyOf = (content: Content | undefined) => solve(Object.values(content?.content ?? {})[0]?.schema);
const names = (schema: Schema) => Object.keys(schema.properties ?? {});
const operation = (method: string, path: string) => api.paths[path]?.[method];
function answerOf(method: string, path: string): Schema {
  const responses = Object.entries(operation(method, path)?.responses ?? {});
  return bodyOf(responses.find(([status]) => status.startsWith('2'))?.[1]);
}

describe('what we ask is offered', () => {
  test.each([
    ['get', '/v1/me'],
    ['get', '/v1/sending/usability'],
    ['post', '/v1/messages'],
    ['get', '/v1/messages/{message_id}'],
    ['delete', '/v1/messages/{message_id}'],
    ['post', '/v1/messages/{message_id}/send'],
    ['post', '/v1/messages/tracked'],
    ['post', '/v1/messages/{message_id}/reported'],
  ])('%s %s', (method, path) => expect(operation(method, path)).toBeDefined());
});

describe('what we read is there', () => {
  test('usability', () => {
    const found = answerOf('get', '/v1/sending/usability');
    expect(names(found)).toEqual(expect.arrayContaining(['usable', 'code', 'detail', 'mailboxes', 'others']));
    const other = solve(found.properties?.['others']?.items);
    expect(names(other)).toEqual(expect.arrayContaining(['mailbox_id', 'address', 'code', 'detail']));
    const mailbox = solve(found.properties?.['mailboxes']?.items);
    expect(names(mailbox)).toEqual(expect.arrayContaining(['mailbox_id', 'address', 'usable', 'code', 'detail']));
  });

  test.each(['/v1/messages/{message_id}/send', '/v1/messages'])('a message, from %s', (path) => {
    expect(names(answerOf('post', path))).toEqual(expect.arrayContaining(['id', 'state', 'failure_detail']));
  });

  test('tracking', () => {
    const found = answerOf('post', '/v1/messages/tracked');
    expect(names(found)).toEqual(expect.arrayContaining(['id', 'pixel_url', 'links']));
    expect(names(solve(found.properties?.['links']?.items))).toEqual(expect.arrayContaining(['url', 'tracked_url']));
  });
});

describe('what we send is taken', () => {
  test.each(['/v1/messages', '/v1/messages/tracked'])('%s', (path) => {
    const asked = names(bodyOf(operation('post', path)?.requestBody));
    expect(asked).toEqual(expect.arrayContaining(['mailbox_id', 'to', 'cc', 'bcc', 'subject', 'html']));
  });
});
