# Fits every set of a file with metafor's rma.glmm and writes estimates and times; only the fits are timed.
# usage: Rscript metafor.R SETS.csv OUT.csv NODES      (columns set, x, n; one row a study)
suppressMessages(library(metafor))
args <- commandArgs(TRUE)
data <- read.csv(args[1])
nodes <- as.integer(args[3])
sets <- split(data, data$set)
fit_one <- function(set) {
  fit <- rma.glmm(measure = "PLO", xi = set$x, ni = set$n, method = "ML", nAGQ = nodes)
  c(as.vector(fit$beta), fit$se, fit$tau2, as.vector(logLik(fit)), fit$ci.lb, fit$ci.ub)
}
try_one <- function(set) tryCatch(suppressWarnings(fit_one(set)), error = function(problem) rep(NA_real_, 6))
invisible(try_one(sets[[1]]))  # loads what the first call loads
busy <- function() sum(proc.time()[c("user.self", "sys.self")])  # seconds of the processor
results <- matrix(NA_real_, length(sets), 7)
for (i in seq_along(sets)) {
  start <- busy()
  results[i, 1:6] <- try_one(sets[[i]])
  results[i, 7] <- busy() - start
  if (i %% 250 == 0) cat(sprintf("    metafor: %d of %d sets\n", i, length(sets)), file = stderr())
}
colnames(results) <- c("mu", "se", "tau2", "log_likelihood", "low", "high", "seconds")
write.csv(data.frame(set = names(sets), results), args[2], row.names = FALSE)
cat(as.character(packageVersion("metafor")))
