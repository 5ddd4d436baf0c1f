import { CodedError } from '../../kit/errors.ts'

/** What a failed lookup, connection or handshake means to whoever wrote the address; by the code of Node.js or OpenSSL. */
const meanings: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ENOTFOUND: 'there is no host of the name in its address',
    EAI_AGAIN: 'the name in its address cannot be looked up at the moment',
    EHOSTUNREACH: 'no way leads to its address',
    ENETUNREACH: 'no way leads to its address',
    ETIMEDOUT: 'its address does not answer',
    UND_ERR_CONNECT_TIMEOUT: 'its address does not answer',
    EPROTO: 'what answers at its address does not speak TLS',
    ERR_SSL_WRONG_VERSION_NUMBER: 'what answers at its address does not speak TLS',
    ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate at its address is of another name',
    CERT_HAS_EXPIRED: 'the certificate at its address has expired',
    SELF_SIGNED_CERT_IN_CHAIN: 'the certificate at its address is of an authority that is not trusted',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate at its address is of an authority that is not trusted',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate at its address is of an authority that is not trusted',
    UND_ERR_SOCKET: 'what answers at its address ends the connection',
    ECONNRESET: 'what answers at its address ends the connection',
  }),
)

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''

function ofAnswer({ status, code }: CodedError): string | undefined {
  if (code === 'unauthorized')
    return 'the agent at its address takes no order for this node: it is another one, or trusts other keys'
  if (code === 'timeout') return 'its address does not answer'
  return status >= 400 && status < 500 ? `what answers at its address is no media node (HTTP status ${status})` : undefined
}

/** Why nothing was heard of a media node by a try that failed so, in words that stay the same from try to try; undefined where nobody knows. */
export function whyUnanswered(thrown: unknown): string | undefined {
  const cause = thrown instanceof CodedError ? thrown.cause : thrown
  return meanings.get(codeOf(cause)) ?? (thrown instanceof CodedError ? ofAnswer(thrown) : undefined)
}
