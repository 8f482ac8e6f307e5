/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-sandbox.h"

/* Invoke of Lambda's API, 2015-03-31, as the SDKs and the AWS CLI call it, for
 * one function and waited for (RequestResponse, DryRun). Signatures are not
 * looked at. Lives in the main context that was default when it was made. */
typedef struct _AncInvokeApi AncInvokeApi;

/* `port` 0: any free one, on loopback. The sandbox is borrowed. */
AncInvokeApi *anc_invoke_api_new (guint port, AncSandbox *sandbox,
                                  GError **error);
/* Stops listening, and waits for what is being invoked. */
void anc_invoke_api_free (AncInvokeApi *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncInvokeApi, anc_invoke_api_free)

guint anc_invoke_api_port (const AncInvokeApi *self);
