/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-lambda-mask.h"

/* An error as the Runtime API takes it. */
typedef struct {
  gchar *type;  /* Lambda-Runtime-Function-Error-Type */
  gchar *body;  /* {"errorMessage":...,"errorType":...,"stackTrace":[]} */
  gchar *cause; /* Lambda-Runtime-Function-XRay-Error-Cause */
} AncLambdaFault;

#define ANC_LAMBDA_ERROR_TYPE_FIELD "Lambda-Runtime-Function-Error-Type"
#define ANC_LAMBDA_CAUSE_FIELD "Lambda-Runtime-Function-XRay-Error-Cause"

/* Secrets are taken out of the message, and it is bounded: a caller reads it, and
 * the cause is a field of HTTP. */
AncLambdaFault *anc_lambda_fault_new (AncLambdaMask *mask, const gchar *type,
                                      const gchar *message);
void anc_lambda_fault_free (AncLambdaFault *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncLambdaFault, anc_lambda_fault_free)
