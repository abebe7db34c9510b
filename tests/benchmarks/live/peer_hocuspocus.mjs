// Hocuspocus with its own SQLite extension: what `make bench-live` measures beside this project's server.
import { SQLite } from '@hocuspocus/extension-sqlite'
import { Server } from '@hocuspocus/server'

const server = new Server({ port: Number(process.env.PORT), quiet: true, extensions: [new SQLite({ database: process.env.DB })] })
server.listen()
