// A gRPC client that knows nothing of metervault's build: it learns services and messages by server reflection and talks
// through @grpc/grpc-js. Usage: node client.mjs OPTIONS COMMAND; see `usage`.
import fs from 'node:fs';
import path from 'node:path';
import tls from 'node:tls';
import { parseArgs } from 'node:util';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor/index.js';

const usage = `client.mjs --server HOST:PORT --ca FILE [--certificate FILE --key FILE] [--tls 1.2] --protos FOLDER COMMAND
  services v1|v1alpha          names of all services, by reflection
  methods SERVICE              its methods, by reflection
  health                       grpc.health.v1 status of the server
  watch                        first status of the health stream
  issue PAN WH REQUEST-ID      sells; prints digits, receipt number and whether it was a stored answer
  record PAN ID                a read request for the meter as a native record; prints its bytes
  return HEX                   hands in what a meter wrote back; prints what remains
Exit codes: 0 done, 1 refused with an ErrorInfo, 3 transport.`;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    server: { type: 'string' }, ca: { type: 'string' }, certificate: { type: 'string' }, key: { type: 'string' },
    tls: { type: 'string' }, protos: { type: 'string' },
  },
});
const [command, ...args] = positionals;
const style = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true };

function credentials() {
  const read = (name) => (options[name] ? fs.readFileSync(options[name]) : null);
  const context = { ca: read('ca'), cert: read('certificate') ?? undefined, key: read('key') ?? undefined };
  if (options.tls === '1.2') context.maxVersion = 'TLSv1.2';
  return grpc.credentials.createFromSecureContext(tls.createSecureContext(context));
}

const deadline = () => ({ deadline: Date.now() + 10000 });
const connect = (Client) => new Client(options.server, credentials());

// The reflection service itself is the one thing that a client must bring along.
function reflection(version) {
  const file = `grpc/reflection/${version}/reflection.proto`;
  const found = grpc.loadPackageDefinition(loader.loadSync(file, { ...style, includeDirs: [options.protos] }));
  return connect(found.grpc.reflection[version].ServerReflection);
}

function ask(client, request) {
  return new Promise((resolve, reject) => {
    const stream = client.ServerReflectionInfo(new grpc.Metadata(), deadline());
    let answer = null;
    stream.on('data', (message) => { answer = message; });
    stream.on('error', reject);
    stream.on('end', () => (answer ? resolve(answer) : reject(new Error('no answer'))));
    stream.write(request);
    stream.end();
  });
}

async function services(version) {
  const answer = await ask(reflection(version), { list_services: '' });
  return answer.list_services_response.service.map((service) => service.name);
}

// The file of the service and everything that it imports, fetched file by file.
async function describe(service) {
  const client = reflection('v1');
  const files = new Map();
  const decode = (bytes) => descriptor.FileDescriptorProto.decode(bytes);
  const take = async (request) => {
    const answer = await ask(client, request);
    if (answer.error_response) throw new Error(`reflection: ${answer.error_response.error_message}`);
    for (const bytes of answer.file_descriptor_response.file_descriptor_proto) {
      const file = decode(bytes);
      files.set(file.name, bytes);
      for (const dependency of file.dependency) {
        if (!files.has(dependency)) await take({ file_by_filename: dependency });
      }
    }
  };
  await take({ file_containing_symbol: service });
  // FileDescriptorSet: field 1, length-delimited, repeated
  const writer = protobuf.Writer.create();
  for (const bytes of files.values()) writer.uint32(10).bytes(bytes);
  return grpc.loadPackageDefinition(
    loader.loadFileDescriptorSetFromBuffer(Buffer.from(writer.finish()), style));
}

async function client(service) {
  const found = await describe(service);
  return connect(service.split('.').reduce((at, name) => at[name], found));
}

function unary(stub, method, request) {
  return new Promise((resolve, reject) => {
    stub[method](request, deadline(), (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

function first(stub, method, request) {
  return new Promise((resolve, reject) => {
    const stream = stub[method](request, deadline());
    stream.on('data', (message) => { resolve(message); stream.cancel(); });
    stream.on('error', reject);
  });
}

// google.rpc.ErrorInfo out of grpc-status-details-bin; null when there is none.
function errorInfo(error) {
  const bytes = error.metadata?.get('grpc-status-details-bin')[0];
  if (!bytes) return null;
  const root = new protobuf.Root();
  root.resolvePath = (origin, target) => (target.startsWith('google/protobuf/') ? target : path.join(options.protos, target));
  root.loadSync(['google/rpc/status.proto', 'google/rpc/error_details.proto']);
  const status = root.lookupType('google.rpc.Status').decode(bytes);
  const detail = status.details.find((any) => any.type_url.endsWith('/google.rpc.ErrorInfo'));
  return detail ? root.lookupType('google.rpc.ErrorInfo').decode(detail.value).toJSON() : null;
}

const commands = {
  async services([version]) {
    for (const name of await services(version)) console.log(name);
  },
  async methods([service]) {
    for (const name of Object.keys((await client(service)).constructor.service)) console.log(name);
  },
  async health() {
    console.log((await unary(await client('grpc.health.v1.Health'), 'Check', { service: '' })).status);
  },
  async watch() {
    console.log((await first(await client('grpc.health.v1.Health'), 'Watch', { service: '' })).status);
  },
  async issue([pan, wh, id]) {
    const sale = await unary(await client('metervault.v1.TokenService'), 'IssueCredit', {
      request_id: id, terminal_id: 'node1', meter_pan: pan, quantity: { energy_wh: wh }, carrier: 'KEYPAD',
    });
    console.log(`${sale.tokens[0].digits} ${sale.receipt.number} ${sale.replayed ? 'stored' : 'new'}`);
  },
  async record([pan, id]) {
    const signed = await unary(await client('metervault.v1.TokenService'), 'IssueRecord', {
      request_id: id, meter_pan: pan, read: { wanted: 'WANT_EVENTS' },
    });
    for (const record of signed.records) console.log(record.toString('hex'));
  },
  async return([hex]) {
    const told = await unary(await client('metervault.v1.TokenService'), 'AcceptReturn', { record: Buffer.from(hex, 'hex') });
    console.log(told.remaining);
  },
};

if (!commands[command] || !options.server) {
  console.error(usage);
  process.exit(2);
}
try {
  await commands[command](args);
  process.exit(0);
} catch (error) {
  const info = error.code === undefined ? null : errorInfo(error);
  console.log(info ? `refused ${grpc.status[error.code]} ${JSON.stringify(info)}`
    : `failed ${grpc.status[error.code] ?? ''} ${error.message}`);
  process.exit(info ? 1 : 3);
}
