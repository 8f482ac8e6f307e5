/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-aws-provider.h"

/* A provider that keeps credentials learns when they were refused. */
AncAwsProvider *anc_aws_provider_new_full (
    const AncAwsProviderClass *klass, gpointer data,
    void (*invalidate) (gpointer data, AncAwsCredentials *refused));
