"""The figures the platform is held to, measured beside a bare floor: see README.md."""
