/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* As AWS_LAMBDA_LOG_LEVEL names them. */
typedef enum {
  ANC_LAMBDA_LEVEL_TRACE,
  ANC_LAMBDA_LEVEL_DEBUG,
  ANC_LAMBDA_LEVEL_INFO,
  ANC_LAMBDA_LEVEL_WARN,
  ANC_LAMBDA_LEVEL_ERROR,
  ANC_LAMBDA_LEVEL_FATAL,
} AncLambdaLevel;
