/** Columns of the row that {@link NodeLoads} keep of a node: what is measured, what is reserved, and which share of the node one of each is; then where its workers stand. */
export const egress = 0
export const ingress = 1
export const ports = 2
export const egressReserved = 3
export const ingressReserved = 4
export const portsReserved = 5
export const egressShare = 6
export const ingressShare = 7
export const portShare = 8
export const consumerShare = 9
export const firstWorker = 10
/** 0 while nothing is measured. */
export const workers = 11
export const workersKept = 12
/** What a new segment meets, worked out whenever one of the others changes: decisions and orders ask for it all the time. */
export const newSegment = 13
export const participants = 14
/** Its pool's order has to know only of a load below this. */
export const bound = 15
