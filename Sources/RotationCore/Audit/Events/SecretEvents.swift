extension Audit {
    /// An operation by hand is about to be sent to the hub.
    package struct SecretAttempted: AuditEvent {
        package static let name = AuditEventName.secretAttempted
        package static let scope = AuditScope.secret

        /// A part of a secret that an operation sets.
        package enum Field: String, AuditWord {
            case value
            case description
            case allowedWorkspaces = "allowed_workspaces"
        }

        /// The operation.
        var operation: HandOperation
        /// The parts of the secret that it sets; absent for a deletion.
        var fields: [Field]?
        /// The person's reason for overriding a hold for an earlier value that may still arrive.
        var despiteHold: String?
    }

    /// The secret was created by hand.
    struct SecretCreated: AuditEvent {
        static let name = AuditEventName.secretCreated
        static let scope = AuditScope.secret

        /// The HTTP status.
        var status: Int
        /// The hub's ID of the request.
        var requestID: String?
    }

    /// The secret was updated by hand.
    struct SecretUpdated: AuditEvent {
        static let name = AuditEventName.secretUpdated
        static let scope = AuditScope.secret

        /// The HTTP status.
        var status: Int
        /// The hub's ID of the request.
        var requestID: String?
    }

    /// The secret was deleted by hand.
    struct SecretDeleted: AuditEvent {
        static let name = AuditEventName.secretDeleted
        static let scope = AuditScope.secret

        /// The HTTP status.
        var status: Int
        /// The hub's ID of the request.
        var requestID: String?
    }

    /// A hub's secrets were listed by hand.
    package struct SecretListed: AuditEvent {
        package static let name = AuditEventName.secretListed
        package static let scope = AuditScope.hub

        /// The number of listed secrets.
        package var count: Int

        package init(count: Int) { self.count = count }
    }

    /// An operation by hand has failed; a list names no secret.
    package struct SecretFailed: AuditEvent {
        package static let name = AuditEventName.secretFailed
        package static let scope = AuditScope.hubOrSecret

        /// An operation of the hub's.
        package enum Operation: String, AuditWord {
            case create, update, delete, list

            init(_ operation: HandOperation) {
                self =
                    switch operation {
                    case .create: .create
                    case .update: .update
                    case .delete: .delete
                    }
            }
        }

        /// The operation.
        package var operation: Operation
        /// What has failed.
        package var error: HubError.Kind
        /// The HTTP status.
        package var status: Int?
        /// The hub's ID of the request.
        package var requestID: String?
        /// Whether the hub may have done it anyway; absent for a list.
        package var mayHaveBeenDone: Bool?

        package init(_ operation: Operation, _ error: HubError, mayHaveBeenDone: Bool? = nil) {
            self.operation = operation
            (self.error, status, requestID) = (error.kind, error.status, error.requestID)
            self.mayHaveBeenDone = mayHaveBeenDone
        }
    }
}
