#!/bin/bash
# Pilot jobs: each is one worker that grades for the scheduler at $SCHEDULER (tcp://HOST:PORT) until its time is over.
# Use: SCHEDULER=tcp://10.0.0.5:8786 sbatch docs/slurm_workers.sh
#SBATCH --job-name=autograder
#SBATCH --array=1-32
#SBATCH --cpus-per-task=1
#SBATCH --mem=3G
#SBATCH --time=01:00:00
set -euo pipefail
export OMP_NUM_THREADS=1
exec .venv/bin/dask worker "$SCHEDULER" --nthreads 1 --nworkers 1 --resources cpu=1 --lifetime 55m --lifetime-stagger 4m --death-timeout 60
