# device: The longest sequence in a small process
# slim 0.1.0, commit 6fe44d4f6ace, GNU 12.2.0, flags -march=native -Wno-maybe-uninitialized -O1 -DNDEBUG -O3, on AMD EPYC × 2, 2026-11-25T21:31:05Z
# Run `gnuplot device.gp` in this folder: draws device.svg, .png and .pdf from device.tsv.
set encoding utf8
set datafile separator tab
set label 1 'The longest sequence in a small process' at screen 0.025, 0.9539 left noenhanced font ',17'
set label 2 'd_model 64, 2 layers, d_ff 256, float32' at screen 0.025, 0.903 left noenhanced font ',11' textcolor rgb '#555555'
set label 3 'DEVICE: SUPPORTED, 16 in [16, 256]' at screen 0.025, 0.8684 left noenhanced font ',11' textcolor rgb '#00664a'
set label 4 'DEVICE/million: SUPPORTED, 1048576' at screen 0.025, 0.8338 left noenhanced font ',11' textcolor rgb '#00664a'
set key at screen 0.17, 0.8069 left top maxrows 5 Left reverse noenhanced samplen 3.5 spacing 1.2 font ',13'
set lmargin at screen 0.18
set rmargin at screen 0.975
set bmargin at screen 0.1441
set tmargin at screen 0.5668
set border 3 linecolor rgb '#333333'
set grid xtics ytics linetype 1 linecolor rgb '#e6e6e6' linewidth 0.8
set errorbars 0.7
set logscale y 10
set xrange [0.5:4.5]
set xlabel 'address space of the process' noenhanced 
set xtics ('64 MiB' 1, '128 MiB' 2, '256 MiB' 3, '512 MiB' 4) scale 0.6 nomirror
set yrange [38.05462768008707:3526975.1980843158]
set ylabel 'longest sequence L' noenhanced offset 0.4, 0
set ytics ('2^{6}' 64, '2^{8}' 256, '2^{10}' 1024, '2^{12}' 4096, '2^{14}' 16384, '2^{16}' 65536, '2^{18}' 262144, '2^{20}' 1048576) scale 0.6 nomirror
set style line 100 linecolor rgb '#777777' linewidth 1.5 dashtype (2, 6)
set style line 1 linecolor rgb '#D55E00' linewidth 2 dashtype '-' pointtype 2 pointsize 0.95
set style line 2 linecolor rgb '#5C3A1E' linewidth 2 dashtype '.' pointtype 15 pointsize 0.95
set style line 3 linecolor rgb '#8C8C8C' linewidth 2 dashtype '_.' pointtype 11 pointsize 0.95
set style line 4 linecolor rgb '#009E73' linewidth 2 dashtype '-.' pointtype 9 pointsize 0.75
set style line 5 linecolor rgb '#0072B2' linewidth 2 dashtype solid pointtype 7 pointsize 0.75

set terminal svg size 600, 468 dynamic rounded background '#ffffff' font 'sans-serif,14'
set output 'device.svg'
plot 'device.tsv' index 1 using ($9-0.3360):($5 > 0 ? $5 : NaN):(0.1546) with boxes linestyle 1 dashtype solid linewidth 1 fillstyle pattern 4 border rgb '#333333' title 'recovered/explicit, full pass', \
     'device.tsv' index 2 using ($9-0.1680):($5 > 0 ? $5 : NaN):(0.1546) with boxes linestyle 2 dashtype solid linewidth 1 fillstyle pattern 5 border rgb '#333333' title 'softmax attention', \
     'device.tsv' index 3 using ($9+0.0000):($5 > 0 ? $5 : NaN):(0.1546) with boxes linestyle 3 dashtype solid linewidth 1 fillstyle pattern 4 border rgb '#333333' title 'recovered/blocked, full pass', \
     'device.tsv' index 4 using ($9+0.1680):($5 > 0 ? $5 : NaN):(0.1546) with boxes linestyle 4 dashtype solid linewidth 1 fillstyle solid 0.85 border rgb '#333333' title 'stored/blocked, C = 256', \
     'device.tsv' index 5 using ($9+0.3360):($5 > 0 ? $5 : NaN):(0.1546) with boxes linestyle 5 dashtype solid linewidth 1 fillstyle solid 0.85 border rgb '#333333' title 'recovered/blocked, C = 256', \
     'device.tsv' index 1 using ($9-0.3360):($5 > 0 ? $5 : 38.05462768008707):10 with labels offset 0, 0.5 font ',10' notitle, \
     'device.tsv' index 2 using ($9-0.1680):($5 > 0 ? $5 : 38.05462768008707):10 with labels offset 0, 0.5 font ',10' notitle, \
     'device.tsv' index 3 using ($9+0.0000):($5 > 0 ? $5 : 38.05462768008707):10 with labels offset 0, 0.5 font ',10' notitle, \
     'device.tsv' index 4 using ($9+0.1680):($5 > 0 ? $5 : 38.05462768008707):10 with labels offset 0, 0.5 font ',10' notitle, \
     'device.tsv' index 5 using ($9+0.3360):($5 > 0 ? $5 : 38.05462768008707):10 with labels offset 0, 1.4 font ',10' notitle

set terminal pngcairo size 1200, 937 rounded background '#ffffff' font 'sans-serif,14' fontscale 1.5 linewidth 2 pointscale 2.4
set output 'device.png'
replot

set terminal pdfcairo size 6in, 4.684in rounded font 'sans-serif,14' fontscale 0.5 linewidth 1.6 pointscale 1
set output 'device.pdf'
replot
set output
