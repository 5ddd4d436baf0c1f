import { isObject, textOr, type JsonObject } from '../json.ts'
import type { Metadata } from '../kubeObject.ts'
import type { Resource } from '../resource.ts'
import { fieldErrors, type FieldError } from './fieldError.ts'

/** RFC 1123 names and Kubernetes' qualified names, with the sentences of apimachinery's `validation` package. */
const subdomainSyntax = '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'
const labelSyntax = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const namePartSyntax = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const labelValueSyntax = `(${namePartSyntax})?`

interface NameRule {
  readonly syntax: RegExp
  readonly maxLength: number
  readonly says: string
}

const whole = (syntax: string): RegExp => new RegExp(`^${syntax}$`)

const nameRules = {
  subdomain: {
    syntax: whole(subdomainSyntax),
    maxLength: 253,
    says:
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an " +
      `alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomainSyntax}')`,
  },
  label: {
    syntax: whole(labelSyntax),
    maxLength: 63,
    says:
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an " +
      `alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${labelSyntax}')`,
  },
  namePart: {
    syntax: whole(namePartSyntax),
    maxLength: 63,
    says:
      "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
      `(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${namePartSyntax}')`,
  },
  labelValue: {
    syntax: whole(labelValueSyntax),
    maxLength: 63,
    says:
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
      `alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${labelValueSyntax}')`,
  },
} as const satisfies Record<string, NameRule>

const tooManySlashes =
  "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
  `(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${namePartSyntax}') with an optional DNS subdomain ` +
  "prefix and '/' (e.g. 'example.com/MyName')"

/** What is wrong with a name by a rule, in sentences. */
function faultsOf(rule: NameRule, name: string): string[] {
  return [
    ...(name.length > rule.maxLength ? [`must be no more than ${rule.maxLength} characters`] : []),
    ...(rule.syntax.test(name) ? [] : [rule.says]),
  ]
}

/** What is wrong with a label key, an annotation key or a finalizer's name. */
function qualifiedNameFaults(key: string): string[] {
  const parts = key.split('/')
  if (parts.length > 2) return [tooManySlashes]
  const name = parts.at(-1) ?? ''
  const prefix = parts.length === 2 ? parts[0] : undefined
  return [
    ...(prefix === undefined ? [] : prefixFaults(prefix)),
    ...(name === '' ? ['name part must be non-empty'] : []),
    ...(name.length > 63 ? ['name part must be no more than 63 characters'] : []),
    ...(nameRules.namePart.syntax.test(name) ? [] : [nameRules.namePart.says]),
  ]
}

function prefixFaults(prefix: string): string[] {
  if (prefix === '') return ['prefix part must be non-empty']
  return faultsOf(nameRules.subdomain, prefix).map((fault) => `prefix part ${fault}`)
}

/** Whether a label key could exist at all; selectors ask. */
export function isQualifiedName(key: string): boolean {
  return qualifiedNameFaults(key).length === 0
}

/** Whether a label value could exist at all; selectors ask. */
export function isLabelValue(value: string): boolean {
  return faultsOf(nameRules.labelValue, value).length === 0
}

/** Most bytes of all annotations of an object together. */
const annotationsMaxBytes = 262_144

/** Checks the metadata of an object whose name has been made already where it was to be generated. */
export function validateMetadata(resource: Resource, metadata: Metadata): FieldError[] {
  const { name = '', labels = {}, annotations = {}, ownerReferences = [] } = metadata
  return [
    ...nameErrors(resource, name),
    ...Object.entries(labels).flatMap(([key, value]) => [
      ...qualifiedNameFaults(key).map((fault) => fieldErrors.invalid('metadata.labels', key, fault)),
      ...faultsOf(nameRules.labelValue, value).map((fault) => fieldErrors.invalid('metadata.labels', value, fault)),
    ]),
    ...Object.keys(annotations).flatMap((key) =>
      qualifiedNameFaults(key.toLowerCase()).map((fault) => fieldErrors.invalid('metadata.annotations', key, fault)),
    ),
    ...annotationSizeErrors(annotations),
    ...ownerReferences.flatMap(ownerErrors),
  ]
}

function nameErrors(resource: Resource, name: string): FieldError[] {
  if (name === '') return [fieldErrors.required('metadata.name', 'name or generateName is required')]
  const rule = resource.plural === 'namespaces' ? nameRules.label : nameRules.subdomain
  return faultsOf(rule, name).map((fault) => fieldErrors.invalid('metadata.name', name, fault))
}

function annotationSizeErrors(annotations: Readonly<Record<string, string>>): FieldError[] {
  const bytes = Object.entries(annotations).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  )
  return bytes > annotationsMaxBytes ? [fieldErrors.tooLong('metadata.annotations', annotationsMaxBytes)] : []
}

function ownerErrors(owner: JsonObject): FieldError[] {
  const field = 'metadata.ownerReferences'
  const empty = (name: string): boolean => !isObject(owner) || (textOr(owner[name]) ?? '') === ''
  return [
    ...(empty('apiVersion') ? [fieldErrors.invalid(`${field}.apiVersion`, '', 'version must not be empty')] : []),
    ...['kind', 'name', 'uid'].flatMap((name) =>
      empty(name) ? [fieldErrors.invalid(`${field}.${name}`, '', 'must not be empty')] : [],
    ),
  ]
}
